import { describe, expect, it } from 'vitest';
import { intOf } from '../../core/network/attributes.ts';
import type { Program, StepOptions, StepSettings } from './stepTypes.ts';
import { mlp, noise, plainSettings, train, type Batch } from './trainHost.fixture.ts';
import { trainingStep } from './trainingStep.ts';

const network = mlp([5, 7, 4]);

function optionsOf(settings: Partial<StepSettings>): StepOptions {
  return {
    network,
    trainable: ['w0', 'b0', 'w1', 'b1'],
    heads: [{ output: 'y', loss: { is: 'cross-entropy' }, weight: 1 }],
    settings: {
      ...plainSettings,
      optimizer: { is: 'adam', b1: 0.9, b2: 0.99, eps: 1e-4 },
      ...settings,
    },
  };
}

function batches(count: number, x: () => number): Batch[] {
  return Array.from({ length: count }, () => ({
    inputs: { x: Array.from({ length: 30 }, x) },
    targets: [[0, 1, 2, 3, 0, 1]],
  }));
}

function programsOf(options: StepOptions): readonly Program[] {
  const { run } = trainingStep(options);
  return run.is === 'single' ? [run.step] : [run.accumulate, run.apply];
}

describe('a step in half precision', () => {
  it('has its matrix products in f16 and its inputs and outputs in f32', () => {
    const [program] = programsOf(optionsOf({ precision: 'f16' }));
    const { nodes = [], inputs = [], outputs = [] } = program?.network ?? {};
    const halves = new Set(
      nodes.flatMap((node) =>
        node.op === 'Cast' && intOf(node, 'to', 0) === 10 ? node.outputs : [],
      ),
    );
    const products = nodes.filter(({ op }) => op === 'Gemm');
    expect(products).toHaveLength(5);
    for (const node of products)
      for (const name of node.inputs) expect(name.endsWith('::half')).toBe(true);
    expect(halves.has('w0::half')).toBe(true);
    for (const { dtype } of [...inputs, ...outputs]) expect(dtype).not.toBe('f16');
  });

  it.each([{}, { microBatch: 3 }, { clipNorm: 0.2 }, { ema: 0.9 }])(
    'learns what f32 learns, whatever the scale (%o)',
    async (variant) => {
      const data = batches(6, noise(4));
      const whole = await train(trainingStep(optionsOf(variant)), network, data);
      const half = await train(
        trainingStep(optionsOf({ ...variant, precision: 'f16' })),
        network,
        data,
        { lossScale: 1024 },
      );
      for (const [name, { data: values }] of whole.state)
        for (const [at, value] of values.entries())
          expect(half.state.get(name)?.data[at]).toBeCloseTo(value, 2);
    },
  );

  it.each([{}, { microBatch: 3 }])(
    'changes nothing where a gradient is not finite (%o)',
    async (variant) => {
      const step = trainingStep(optionsOf({ ...variant, precision: 'f16' }));
      const found: number[] = [];
      const before = await train(step, network, [], { found });
      const after = await train(
        step,
        network,
        batches(1, () => Infinity),
        { found },
      );
      for (const { name, role } of step.state)
        if (role !== 'gradient') expect(after.state.get(name)).toEqual(before.state.get(name));
      await train(step, network, batches(1, noise(3)), { found });
      expect(found).toEqual([0, 1]);
    },
  );
});
