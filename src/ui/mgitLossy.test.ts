import { describe, expect, it } from 'vitest';
import type { LossyApi } from '../rpc/lossyApi.ts';
import { sampleGraph } from './lineage.fixture.ts';
import { lossyCalls } from './mgitLossy.ts';

/** The worker's side, which notes what it is asked. */
function noted() {
  const calls: unknown[][] = [];
  const note =
    (name: string) =>
    (...given: unknown[]) => {
      calls.push([name, ...given]);
      return Promise.resolve([] as never);
    };
  const api: LossyApi = {
    previewLossy: note('previewLossy'),
    makeLossy: note('makeLossy'),
    lossyReceipt: note('lossyReceipt'),
    promoteLossy: note('promoteLossy'),
    releaseLossy: note('releaseLossy'),
  };
  return { calls, mgit: lossyCalls({ ...api, graph: () => Promise.resolve(sampleGraph()) }) };
}

describe('lossy models from scripts', () => {
  it('finds models by name or id, one or several', async () => {
    const { calls, mgit } = noted();
    const [first, second] = sampleGraph().nodes;
    if (first === undefined || second === undefined) throw new Error('two models');
    const options = [{ quantiser: 'mgit', epsilon: 1e-4 }] as const;
    const { signal } = new AbortController();
    await mgit.lossy.preview([first.name, second.id], options, { tests: true, signal });
    await mgit.lossy.preview(first.name, options);
    await mgit.lossy.make(first.name, { ...options[0], ifWorse: 'smaller', signal });
    await mgit.lossy.receipt(second.name);
    await mgit.lossy.promote(second.name);
    await mgit.lossy.release([first.name]);
    expect(calls[0]?.slice(0, 3)).toEqual([
      'previewLossy',
      { nodes: [first.id, second.id], options, tests: true },
      signal,
    ]);
    expect(calls[1]?.[1]).toEqual({ nodes: [first.id], options });
    expect(calls[2]?.slice(0, 3)).toEqual([
      'makeLossy',
      { nodes: [first.id], quantiser: 'mgit', epsilon: 1e-4, ifWorse: 'smaller' },
      signal,
    ]);
    expect(calls.slice(3)).toEqual([
      ['lossyReceipt', second.id],
      ['promoteLossy', [second.id]],
      ['releaseLossy', [first.id]],
    ]);
  });

  it('says which model is not there', async () => {
    await expect(noted().mgit.lossy.receipt('nothing')).rejects.toMatchObject({
      code: 'node-missing',
    });
  });
});
