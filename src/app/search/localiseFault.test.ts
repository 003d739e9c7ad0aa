import { describe, expect, it } from 'vitest';
import { mlp } from '../../core/models/mlp.ts';
import type { Network } from '../../core/network/network.ts';
import type { ModelTest } from '../../core/modelTests/modelTest.ts';
import type { Joined } from '../../core/lineage/walkGraphs.fixture.ts';
import { noRun } from '../import/importModels.fixture.ts';
import { bisectLineage } from './bisectLineage.ts';
import { localiseFault } from './localiseFault.ts';
import { searchService } from './searchService.ts';
import { changed, classifier, searchBench, testId } from './searchBench.fixture.ts';
import { walkLineage } from './walkLineage.ts';

/** All values of all layers drift a little, as training leaves them. */
function drifted(network: Network, by: number): Network {
  const all = [...network.initializers.keys()].map(
    (name) => [name, (value: number) => value + by] as const,
  );
  return changed(network, Object.fromEntries(all));
}

/** The same computation with other names of weights. */
function renamed(network: Network): Network {
  const name = (old: string) => (network.initializers.has(old) ? `new.${old}` : old);
  return {
    ...network,
    initializers: new Map([...network.initializers].map(([old, value]) => [name(old), value])),
    nodes: network.nodes.map((node) => ({ ...node, inputs: node.inputs.map(name) })),
  };
}

/** Health with data: nothing inside may be beyond fp16, no weight NaN. */
const healthy = (data: ModelTest['data']): Partial<ModelTest> => ({
  function: 'health',
  ...(data === undefined ? {} : { data }),
  success: [
    { metric: 'overflowing', is: 'at-most', value: 0 },
    { metric: 'nonFinite', is: 'at-most', value: 0 },
    { metric: 'nonFiniteActivations', is: 'at-most', value: 0 },
  ],
});
const line: Joined[] = Array.from({ length: 5 }, (_, i) => [`m${i}`, `m${i + 1}`]);

/** m0 … m5, each drifted from the one before; `plant` changes m3, which the rest start from. */
async function planted(plant: (network: Network) => Network) {
  const networks: Record<string, Network> = { m0: classifier() };
  for (let i = 1; i <= 5; i++) {
    const next = drifted(networks[`m${i - 1}`] as Network, 0.001);
    networks[`m${i}`] = i === 3 ? plant(next) : next;
  }
  return searchBench(networks, line, healthy);
}

async function localised(made: Awaited<ReturnType<typeof planted>>, by: 'layer' | 'tensor') {
  const order = { good: made.idOf('m2'), bad: made.idOf('m3'), test: testId, by };
  return localiseFault(made.ports, order, noRun, () => undefined);
}

describe('a planted fault, by real tests of real networks', () => {
  it('is found by node and layer when values overflow fp16', async () => {
    const made = await planted((network) =>
      changed(network, { 'layers.2.weight': (value) => value * 1e7 }),
    );
    const report = await bisectLineage(
      made.ports,
      { bad: made.idOf('m5'), test: testId },
      noRun,
      () => undefined,
    );
    expect(report.first.map(({ node }) => made.nameOf(node))).toEqual(['m3']);
    const inside = await localised(made, 'layer');
    expect(inside.guilty).toEqual([
      { label: 'layers.2', tensors: ['layers.2.weight', 'layers.2.bias'] },
    ]);
    expect(inside).toMatchObject({ mends: true, groups: 4 });
    const tensors = await localised(made, 'tensor');
    expect(tensors.guilty.map(({ label }) => label)).toEqual(['layers.2.weight']);
    expect(tensors.mends).toBe(true);
    // Results of stored models were kept, those of swapped ones were not.
    const kept = await walkLineage(made.ports, {
      start: [made.idOf('m0')],
      kinds: ['provenance'],
      direction: 'down',
      order: 'topological',
      skip: { is: 'not', condition: { is: 'fails', test: testId } },
    });
    expect(kept.map(made.nameOf)).toContain('m3');
    expect(kept.map(made.nameOf)).not.toContain('m2');
  }, 60_000);

  it('is found where a weight is NaN', async () => {
    const made = await planted((network) =>
      changed(network, { 'head.bias': (value, i) => (i === 1 ? NaN : value) }),
    );
    const { guilty, mends } = await localised(made, 'tensor');
    expect(guilty.map(({ label }) => label)).toEqual(['head.bias']);
    expect(mends).toBe(true);
  }, 60_000);

  it('is found in two layers that are each guilty', async () => {
    const huge = (value: number) => value * 1e7;
    const made = await planted((network) =>
      changed(network, { 'layers.0.weight': huge, 'head.bias': () => NaN }),
    );
    const { guilty, mends } = await localised(made, 'layer');
    expect(guilty.map(({ label }) => label).sort()).toEqual(['head', 'layers.0']);
    expect(mends).toBe(true);
  }, 60_000);

  it('is said to be in what only one of two structures has', async () => {
    const wide = mlp({ inputs: 2, hidden: [8, 8, 16], classes: 3, seed: 1 });
    const made = await planted(() => changed(wide, { 'layers.2.weight': (value) => value * 1e7 }));
    const { guilty, mends, notes } = await localised(made, 'layer');
    expect([guilty, mends]).toEqual([[], false]);
    expect(notes.join(' ')).toMatch(
      /layers\.2\.weight.* of m3 have no counterpart of the same shape/,
    );
    expect(notes.join(' ')).toMatch(/the fault is in what only one of the two has/);
  }, 60_000);

  it('is found through renamed tensors when the models are matched by their layers', async () => {
    const made = await planted((network) =>
      renamed(changed(network, { 'layers.1.weight': (value) => value * 1e7 })),
    );
    const order = {
      good: made.idOf('m2'),
      bad: made.idOf('m3'),
      test: testId,
      by: 'layer' as const,
    };
    const { guilty, mends, groups } = await searchService(made.ports).localise(
      order,
      noRun,
      () => undefined,
    );
    expect(guilty.map(({ label }) => label)).toEqual(['new.layers.1']);
    expect([mends, groups]).toEqual([true, 4]);
    const byName = await localiseFault(made.ports, order, noRun, () => undefined);
    expect(byName.guilty).toEqual([]);
  }, 60_000);

  it('refuses a pair of which the good one fails', async () => {
    const made = await planted((network) => changed(network, { 'head.bias': () => NaN }));
    const order = {
      good: made.idOf('m4'),
      bad: made.idOf('m3'),
      test: testId,
      by: 'layer' as const,
    };
    await expect(localiseFault(made.ports, order, noRun, () => undefined)).rejects.toMatchObject({
      code: 'search-unfit',
    });
  }, 60_000);
});
