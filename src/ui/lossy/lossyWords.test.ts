import { describe, expect, it } from 'vitest';
import { accuracy, boardOf, reads } from '../modelTests/tested.fixture.ts';
import { lossyTest } from './lossy.fixture.ts';
import { epsilonText, errorText, exactGroups, lossyRatio, testGroups } from './lossyWords.ts';

const board = { ...boardOf([]), metrics: { [reads.id]: [accuracy] } };

describe('words of lossy models', () => {
  it('never say a ratio without its kind', () => {
    expect(lossyRatio(30_000, 3000)).toBe('10.0× lossy');
    expect(lossyRatio(30_000, 0)).toBe('–');
    expect(lossyRatio(30_000, 30_000)).toBe('not smaller');
  });

  it('say ε and errors short', () => {
    expect([epsilonText(0.03), epsilonText(1e-5)]).toEqual(['0.03', '1e−5']);
    expect([errorText(0), errorText(0.01234), errorText(3.14159e-5)]).toEqual(['0', '0.012', '3.1e−5']); // prettier-ignore
  });

  it('put the test that got worse first, with units of its metric', () => {
    const fine = { ...lossyTest(0.03), test: 'Gone since', metric: 'Score', tolerance: 'by 2' };
    const [first, second] = testGroups([fine, lossyTest(0.3)], [reads], board);
    expect(first).toEqual({
      test: 'Reads',
      lines: [
        {
          metric: 'Accuracy',
          before: '97 %',
          after: '95.5 %',
          change: '−1.5 points',
          tolerance: '1 point',
          worse: true,
        },
      ],
    });
    expect(second?.lines[0]).toMatchObject({ before: '0.97', tolerance: 'by 2', worse: false });
  });

  it('say of a test without metrics whether it passes', () => {
    const row = { ...lossyTest(0), metric: 'passes', before: 1, after: 0, worse: true };
    const [group] = testGroups([row], [], undefined);
    expect(group?.lines[0]).toMatchObject({ metric: 'Passes', before: 'yes', after: 'no' });
  });

  it('group exact tensors by why', () => {
    const groups = exactGroups([
      { name: 'a', why: 'it is too small' },
      { name: 'b', why: 'it is not a weight' },
      { name: 'c', why: 'it is not a weight' },
    ]);
    expect(groups.map(({ names }) => names)).toEqual([['b', 'c'], ['a']]);
  });
});
