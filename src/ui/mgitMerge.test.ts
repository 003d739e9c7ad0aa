import { describe, expect, it } from 'vitest';
import type { MergeApi } from '../rpc/mergeApi.ts';
import { sampleGraph } from './lineage.fixture.ts';
import { mergeCalls } from './mgitMerge.ts';
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
    mergeBases: note('mergeBases'),
    mergeTensors: note('mergeTensors'),
    planMerge: note('planMerge'),
    previewMerge: note('previewMerge'),
    merge: note('merge'),
  } as unknown as MergeApi;
  return { calls, mgit: mergeCalls({ ...api, graph: () => Promise.resolve(sampleGraph()) }) };
}

describe('merging from scripts', () => {
  it('finds models by name or id, the base too', async () => {
    const { calls, mgit } = noted();
    const { nodes } = sampleGraph();
    const [first, second] = nodes;
    if (first === undefined || second === undefined) throw new Error('two models');
    await mgit.mergeBases(first.name, second.id);
    await mgit.merge.plan(first.name, second.name, first.id);
    await mgit.merge.plan(first.name, second.name);
    const choices = { enc: { is: 'average', t: 0.5 } } as const;
    await mgit.merge.run({
      x: first.name,
      y: second.name,
      base: first.name,
      choices,
      accept: true,
    });
    await mgit.merge.preview({ x: first.id, y: second.name });
    expect(calls[0]).toEqual(['mergeBases', first.id, second.id]);
    expect(calls[1]?.slice(0, 4)).toEqual(['planMerge', first.id, second.id, first.id]);
    expect(calls[2]?.slice(0, 4)).toEqual(['planMerge', first.id, second.id, undefined]);
    expect(calls[3]?.slice(0, 2)).toEqual([
      'merge',
      { x: first.id, y: second.id, base: first.id, choices, accept: true },
    ]);
    expect(calls[4]?.slice(0, 2)).toEqual(['previewMerge', { x: first.id, y: second.id }]);
  });

  it('says which model is not there', async () => {
    const { mgit } = noted();
    await expect(mgit.merge.plan('nothing', nodeId(1))).rejects.toMatchObject({
      code: 'node-missing',
    });
  });
});
