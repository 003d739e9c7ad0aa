import { describe, expect, it } from 'vitest';
import { fakeLineage, sampleGraph } from './lineage.fixture.ts';
import { createMgit } from './mgit.ts';

describe('mgit.cascade', () => {
  const [first, second, third] = sampleGraph().nodes;
  const [old, newer] = [first?.id ?? '', second?.id ?? ''];
  const orders: unknown[] = [];
  const mgit = createMgit(
    fakeLineage(undefined, {
      planCascade: (order) => {
        orders.push(order);
        return Promise.reject(new Error('seen'));
      },
      runCascade: (order, _signal, _progress, onEvent) => {
        orders.push(order, typeof onEvent);
        return Promise.reject(new Error('seen'));
      },
      resumeCascade: (...given) => {
        orders.push(given.slice(0, 2));
        return Promise.reject(new Error('seen'));
      },
    }),
  );

  it('takes models by name, also those that a choice is made for', async () => {
    const choices = { [third?.name ?? '']: { is: 'keep' } } as const;
    await expect(
      mgit.cascade.plan(first?.name ?? '', newer, { headsOnly: true, choices }),
    ).rejects.toThrow('seen');
    expect(orders).toEqual([
      {
        old: first?.id,
        new: second?.id,
        headsOnly: true,
        choices: { [third?.id ?? '']: { is: 'keep' } },
      },
    ]);
    await expect(mgit.cascade.plan('nobody', old)).rejects.toMatchObject({
      code: 'node-missing',
    });
  });

  it('passes budget, gate and device of a run, and a new budget of a resume', async () => {
    orders.length = 0;
    const run = { gate: false, budget: { ms: 5 }, device: 'wasm' } as const;
    await expect(mgit.cascade.run({ old, new: newer, ...run })).rejects.toThrow('seen');
    await expect(mgit.cascade.resume('c', { budget: { bytes: 7 } })).rejects.toThrow('seen');
    expect(orders).toEqual([
      { order: { old: first?.id, new: second?.id }, ...run },
      'function',
      ['c', { bytes: 7 }],
    ]);
  });
});
