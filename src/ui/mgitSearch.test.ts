import { describe, expect, it } from 'vitest';
import type { TestId } from '../core/ids.ts';
import type { SearchApi } from '../rpc/searchApi.ts';
import { sampleGraph } from './lineage.fixture.ts';
import { searchCalls } from './mgitSearch.ts';
import { nodeId } from './modelNode.fixture.ts';

/** The worker's side, which notes what it is asked. */
function noted() {
  const calls: unknown[][] = [];
  const note =
    (name: string) =>
    (...given: unknown[]) => {
      calls.push([name, ...given]);
      return Promise.resolve([] as never);
    };
  const api = {
    walk: note('walk'),
    bisect: note('bisect'),
    inheritors: note('inheritors'),
    localise: note('localise'),
  } as unknown as SearchApi;
  const test = { id: 't1' as TestId, name: 'accuracy' };
  const graph = () => Promise.resolve({ ...sampleGraph(), tests: [test as never] });
  return { calls, mgit: searchCalls({ ...api, graph }) };
}

describe('searching from scripts', () => {
  it('finds models and tests by name, also inside of conditions', async () => {
    const { calls, mgit } = noted();
    await mgit.walk({
      start: ['resnet20-base'],
      skip: {
        is: 'some',
        conditions: [
          { is: 'not', condition: { is: 'fails', test: 'accuracy' } },
          { is: 'among', nodes: ['gtcrn', nodeId(1)] },
        ],
      },
      stop: { is: 'name', pattern: 'yunet-*' },
    });
    expect(calls).toEqual([
      [
        'walk',
        {
          start: [nodeId(0)],
          kinds: ['provenance', 'version'],
          direction: 'down',
          order: 'breadth-first',
          skip: {
            is: 'some',
            conditions: [
              { is: 'not', condition: { is: 'fails', test: 't1' } },
              { is: 'among', nodes: [nodeId(11), nodeId(1)] },
            ],
          },
          stop: { is: 'name', pattern: 'yunet-*' },
        },
      ],
    ]);
  });

  it('passes orders, signal and listeners as the wire wants them', async () => {
    const { calls, mgit } = noted();
    const { signal } = new AbortController();
    const onEvent = () => undefined;
    await mgit.bisect('gtcrn', 'accuracy', { good: ['resnet20-base'], repeats: 3 }, { signal, onEvent }); // prettier-ignore
    await mgit.inheritors('gtcrn', 't1');
    await mgit.localise('resnet20-base', 'gtcrn', 'accuracy');
    const long: unknown[] = [expect.anything(), expect.any(Function), expect.any(Function)];
    expect(calls).toEqual([
      ['bisect', { bad: nodeId(11), test: 't1', good: [nodeId(0)], repeats: 3 }, signal, expect.any(Function), onEvent],
      ['inheritors', { known: nodeId(11), test: 't1' }, ...long],
      ['localise', { good: nodeId(0), bad: nodeId(11), test: 't1', by: 'layer' }, ...long],
    ]); // prettier-ignore
  });

  it('says which model or test is missing', async () => {
    const { mgit } = noted();
    await expect(mgit.bisect('gtcrn', 'nothing')).rejects.toMatchObject({ code: 'test-missing' });
    await expect(mgit.inheritors('nobody', 'accuracy')).rejects.toMatchObject({
      code: 'node-missing',
    });
  });
});
