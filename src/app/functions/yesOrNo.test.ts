import { describe, expect, test } from 'vitest';
import { randomFrom } from '../../core/data/random.ts';
import type { NodeId } from '../../core/ids.ts';
import type { ModelNode } from '../../core/lineage/graph.ts';
import { ints, literal } from '../../core/network/literal.ts';
import type { Extent, Network, OpNode } from '../../core/network/network.ts';
import type { Outcome } from '../../core/recipe/recipe.ts';
import type { HeadMetrics } from '../../core/training/report.ts';
import { createService } from '../create/createService.ts';
import { blobTable, emptyTrainingBench } from '../create/trainingBench.fixture.ts';
import type { CreatePorts } from '../create/createPorts.ts';
import { previewCreation } from '../create/previewCreation.ts';
import { predictModels } from '../create/tryModel.ts';
import { noRun } from '../import/importModels.fixture.ts';

const op = (type: string, inputs: string[], output: string): OpNode => {
  return { op: type, name: output, inputs, outputs: [output], attributes: {} };
};

/** 2 → 8 → one unit, then what `end` says from the value `unit` to the output `wake`. */
function detector(end: readonly OpNode[], shape: readonly Extent[] = ['batch', 1]): Network {
  const random = randomFrom(4);
  const weight = (extents: number[]) => {
    const count = extents.reduce((a, b) => a * b, 1);
    return literal(
      'f32',
      extents,
      Float32Array.from({ length: count }, () => random.normal() / 2),
    );
  };
  return {
    name: 'detector',
    opsets: { '': 17 },
    inputs: [{ name: 'points', dtype: 'f32', shape: ['batch', 2] }],
    outputs: [{ name: 'wake', dtype: 'f32', shape }],
    initializers: new Map([
      ['w1', weight([2, 8])], ['b1', weight([8])], ['w2', weight([8, 1])], ['b2', weight([1])],
      ['axes', ints([1])], ['flat', ints([-1])],
    ]), // prettier-ignore
    nodes: [
      op('Gemm', ['points', 'w1', 'b1'], 'z'),
      op('Relu', ['z'], 'h'),
      op('Gemm', ['h', 'w2', 'b2'], 'unit'),
      ...end,
    ],
  };
}

const networks = {
  logits: detector([op('Identity', ['unit'], 'wake')]),
  sigmoid: detector([op('Sigmoid', ['unit'], 'wake')]),
  squeezed: detector([op('Sigmoid', ['unit'], 'p'), op('Squeeze', ['p', 'axes'], 'wake')], ['batch']),
  reshaped: detector([op('Sigmoid', ['unit'], 'p'), op('Reshape', ['p', 'flat'], 'wake')], ['batch']),
  'logits without an axis': detector([op('Squeeze', ['unit', 'axes'], 'wake')], ['batch']),
} as const; // prettier-ignore

const args = { epochs: 6, batchSize: 16, learningRate: 0.05 };

async function bench(network: Network, names = ['noise', 'wake']) {
  const made = await emptyTrainingBench();
  const base = await made.importNetwork('base', network);
  const { id: points } = await made.addText('points.csv', blobTable(120, 1, names));
  return { ...made, base, points };
}

/** The test's metrics are of two classes, better than the parent's, and agree with one another. */
function checkMetrics({ test: { heads, examples }, parentTest }: Required<Outcome>): void {
  const { accuracy, loss, classes, confusion } = heads[0] as Required<HeadMetrics>;
  expect(accuracy).toBeGreaterThan(0.85);
  expect(loss).toBeLessThan(parentTest.loss);
  expect(classes).toEqual(['noise', 'wake']);
  const [[noes, alarms], [misses, yeses]] = confusion as [[number, number], [number, number]];
  expect(noes + alarms + misses + yeses).toBe(examples);
  expect((noes + yeses) / examples).toBeCloseTo(accuracy);
}

/** How likely a model finds the class `wake` for a point. */
async function shareOf(ports: CreatePorts, id: NodeId, values: readonly number[]) {
  const [tried] = await predictModels(ports, [id], { points: { is: 'numbers', values } }, noRun);
  const [no, yes] = tried?.outputs[0]?.classes ?? [];
  expect([no?.name, yes?.name]).toEqual(['noise', 'wake']);
  expect((no?.probability ?? 0) + (yes?.probability ?? 0)).toBeCloseTo(1);
  return yes?.probability;
}

describe('a model with one unit and data with two classes', () => {
  test.each(Object.entries(networks))('is finetuned where it gives %s', async (_, network) => {
    const { create, base, points, ports } = await bench(network);
    const order = { function: 'finetune', parents: [base], data: [points], arguments: args };
    const plan = await previewCreation(ports, order, noRun);
    expect(plan.steps).toContain(
      'The one unit of wake learns how likely “wake” is; below 0.5 it says “noise”.',
    );
    const { models } = await create(order);
    const id = models[0]?.id as NodeId;
    const { nodes } = await ports.session.lineage();
    const node = nodes.get(id) as ModelNode;
    checkMetrics(node.outcome as Required<Outcome>);
    // The unit stays: only values changed.
    expect(node.summary.sizeBytes).toBe(nodes.get(base)?.summary.sizeBytes);
    // Class `wake` are the points around (−1, 1.7); those around (2, 0) are noise.
    expect(await shareOf(ports, id, [-1, 1.7])).toBeGreaterThan(0.6);
    expect(await shareOf(ports, id, [2, 0])).toBeLessThan(0.4);
  });

  test('learns the same from logits as from its probabilities', async () => {
    const losses = [];
    for (const network of [networks.logits, networks.sigmoid, networks.squeezed]) {
      const { create, base, points, ports } = await bench(network);
      const { models } = await create({
        function: 'finetune', parents: [base], data: [points], arguments: args,
      }); // prettier-ignore
      const node = (await ports.session.lineage()).nodes.get(models[0]?.id as NodeId);
      losses.push(node?.outcome?.test?.loss);
    }
    expect(losses[0]).toBeGreaterThan(0);
    expect(new Set(losses).size).toBe(1);
  });

  test('gets two units and a softmax where the last layer is to be replaced', async () => {
    const { create, base, points, ports } = await bench(networks.sigmoid);
    const { models } = await create({
      function: 'finetune', parents: [base], data: [points], arguments: { ...args, head: 'replace' },
    }); // prettier-ignore
    const id = models[0]?.id as NodeId;
    const [tried] = await predictModels(ports, [id], { points: { is: 'numbers', values: [0, 0] } }, noRun); // prettier-ignore
    expect(tried?.outputs[0]?.shape).toEqual([1, 2]);
    expect(tried?.outputs[0]?.values.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 5);
  });

  test('whose probabilities are mixed is refused, with what to do', async () => {
    const mixed = detector([op('Sigmoid', ['unit'], 'p'), op('ReduceMean', ['p'], 'wake')]);
    const { create, base, points } = await bench(mixed);
    const order = { function: 'finetune', parents: [base], data: [points], arguments: args };
    await expect(create(order)).rejects.toMatchObject({
      code: 'data-unfit',
      data: { reason: expect.stringContaining('replace the last layer') as string },
    });
  });

  test('is not trained where all examples are of one class', async () => {
    const { create, base, points, ports } = await bench(networks.sigmoid);
    const use = await createService(ports).proposeUse([base], points);
    const targets = { wake: { column: 'kind', classes: ['wake'] } };
    const order = {
      function: 'finetune', parents: [base], data: [{ ...use, targets }], arguments: args,
    }; // prettier-ignore
    await expect(create(order)).rejects.toMatchObject({
      code: 'data-unfit',
      data: { reason: expect.stringContaining('of one class (wake)') as string },
    });
  });

  test('smooths labels where it is told to', async () => {
    const { create, base, points, ports } = await bench(networks.sigmoid);
    const report = await create({
      function: 'finetune', parents: [base], data: [points],
      arguments: { ...args, epochs: 30, labelSmoothing: 0.4 },
    }); // prettier-ignore
    const id = report.models[0]?.id as NodeId;
    // Without smoothing nearly 1.
    expect(await shareOf(ports, id, [-3, 5])).toBeLessThan(0.97);
  });

  test.each(['linear-probe', 'lora', 'federated-round', 'prune', 'quantise-int8'])(
    'is a parent of %s too',
    async (fn) => {
      const { create, base, points, ports } = await bench(networks.sigmoid);
      const own = {
        'linear-probe': { ...args, head: 'keep' },
        lora: { ...args, rank: 2 },
        'federated-round': { ...args, clients: 2 },
        prune: { ...args, recover: true },
        'quantise-int8': {},
      }[fn];
      const { models } = await create({
        function: fn, parents: [base], data: [points], arguments: own ?? {},
      }); // prettier-ignore
      const node = (await ports.session.lineage()).nodes.get(models.at(-1)?.id as NodeId);
      expect(node?.outcome?.test?.heads[0]?.classes).toEqual(['noise', 'wake']);
    },
  );
});
