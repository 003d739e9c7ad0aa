import { describe, expect, it } from 'vitest';
import { runOnnxRuntime } from '../../compute/runOnnxRuntime.fixture.ts';
import { elementCount } from '../../core/dtype.ts';
import { gruAudio } from '../../core/models/gruAudio.ts';
import { resnet20 } from '../../core/models/resnet20.ts';
import { transformerEncoder } from '../../core/models/transformerEncoder.ts';
import { intOf } from '../../core/network/attributes.ts';
import { trainableWeights } from '../../core/network/trainableWeights.ts';
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

const models = [
  resnet20({ channels: 2, size: 8, widths: [4, 8, 8], blocks: 1, classes: 4, seed: 1 }),
  gruAudio({ mels: 6, frames: 4, hidden: 5, classes: 4, seed: 1 }),
  transformerEncoder({
    vocabulary: 20,
    length: 6,
    width: 8,
    heads: 2,
    layers: 1,
    classes: 4,
    seed: 1,
  }),
];

// ONNX Runtime checks the types of every node; where wasm has no f16 kernel it computes in f32.
it.each(models)(
  'a whole model in half precision learns the same on ONNX Runtime ($name)',
  async (model) => {
    const options = (precision: 'f16' | 'f32'): StepOptions => ({
      network: model,
      trainable: trainableWeights(model),
      heads: [{ output: 'logits', loss: { is: 'cross-entropy' }, weight: 1 }],
      settings: { ...plainSettings, batchSize: 4, microBatch: 4, precision },
    });
    const draw = noise(2);
    const inputs = model.inputs.map(({ name, dtype, shape }) => {
      const count = elementCount(shape.map((extent) => (extent === 'batch' ? 4 : Number(extent))));
      const number = () => (dtype === 'i32' ? Math.floor(Math.abs(draw()) * 19) : draw());
      return [name, Array.from({ length: count }, number)] as const;
    });
    const batch = { inputs: Object.fromEntries(inputs), targets: [[0, 1, 2, 3]] };
    const data = [batch, batch, batch];
    const whole = await train(trainingStep(options('f32')), model, data, { run: runOnnxRuntime });
    const found: number[] = [];
    const half = await train(trainingStep(options('f16')), model, data, {
      run: runOnnxRuntime,
      lossScale: 1024,
      found,
    });
    expect(found).toEqual([1, 1, 1]);
    for (const [at, [loss = NaN]] of whole.losses.entries())
      expect(Math.abs((half.losses[at]?.[0] ?? NaN) - loss)).toBeLessThan(0.02);
  },
);
