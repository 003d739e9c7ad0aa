import { describe, expect, it } from 'vitest';
import type { TestId } from '../ids.ts';
import { testNode } from '../lineage/lineage.fixture.ts';
import { idOf } from '../lineage/walkGraphs.fixture.ts';
import type { Verdict } from '../modelTests/testResult.ts';
import type { Condition } from '../searchViews.ts';
import { conditionOf, testsOf } from './condition.ts';

const test = 't' as TestId;
const verdicts: Readonly<Record<string, Verdict>> = {
  a: 'fail',
  b: 'pass',
  c: 'error',
  d: 'measured',
};
const nodes = ['a', 'b', 'c', 'd', 'e'].map((name) => ({
  ...testNode(name),
  tags: name === 'a' ? ['old'] : [],
  ...(name === 'b' ? { modelType: 'cnn' } : {}),
}));

function meeting(condition: Condition): string {
  const met = conditionOf(condition, (node, of) => (of === test ? verdicts[node] : undefined));
  return nodes.filter(met).map(({ name }) => name).join(' '); // prettier-ignore
}

describe('conditions on models', () => {
  it.each([
    [{ is: 'fails', test }, 'a'],
    [{ is: 'passes', test }, 'b'],
    [{ is: 'untested', test }, 'e'],
    [{ is: 'fails', test: 'another' as TestId }, ''],
    [{ is: 'tag', tag: 'old' }, 'a'],
    [{ is: 'type', modelType: 'cnn' }, 'b'],
    [{ is: 'name', pattern: '?' }, 'a b c d e'],
    [{ is: 'among', nodes: [idOf('c'), idOf('e')] }, 'c e'],
    [{ is: 'not', condition: { is: 'fails', test } }, 'b c d e'],
    [{ is: 'every', conditions: [] }, 'a b c d e'],
    [{ is: 'some', conditions: [] }, ''],
    [
      {
        is: 'every',
        conditions: [
          { is: 'fails', test },
          { is: 'tag', tag: 'old' },
        ],
      },
      'a',
    ],
    [
      {
        is: 'some',
        conditions: [
          { is: 'passes', test },
          { is: 'tag', tag: 'old' },
        ],
      },
      'a b',
    ],
  ] as const satisfies readonly (readonly [Condition, string])[])('%j', (condition, names) => {
    expect(meeting(condition)).toBe(names);
  });

  it('says which tests it needs results of', () => {
    const other = 'u' as TestId;
    const condition: Condition = {
      is: 'every',
      conditions: [
        { is: 'not', condition: { is: 'fails', test } },
        {
          is: 'some',
          conditions: [
            { is: 'untested', test: other },
            { is: 'tag', tag: 'x' },
          ],
        },
      ],
    };
    expect([...testsOf(condition)]).toEqual([test, other]);
  });
});
