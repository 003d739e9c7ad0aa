import { describe, expect, it } from 'vitest';
import { expectSame, runOnnxRuntime } from '../compute/runOnnxRuntime.fixture.ts';
import { elementCount } from '../core/dtype.ts';
import { literal } from '../core/network/literal.ts';
import type { Network } from '../core/network/network.ts';
import { run } from '../formats/onnx/parseOnnx.fixture.ts';
import { readNetwork } from '../formats/onnx/network/readNetwork.ts';
import { sharedPaths, sharedSource, sharedTitle } from '../formats/sharedData.fixture.ts';
import { evaluate } from './evaluate/evaluate.ts';
import { ndArray, type NdArray } from './evaluate/ndArray.ts';
import type { GraphBuilder } from './graphBuilder.ts';
import { gradients } from './gradients/gradients.ts';
import { bindInputs } from './lower/bindInputs.ts';
import { lower, type Lowered } from './lower/lower.ts';

const options = { mode: 'train', batchNorm: 'frozen', dropout: 'off' } as const;

/** One of each family and operator set; all others of ../shared/data were tried and do the same. */
const models: Readonly<Record<string, { gradients: number; small?: true; extent?: number }>> = {
  'dnsmos/dnsmos_p808_model_v8.onnx': { gradients: 15 },
  'gtcrn/gtcrn_2024-03-25b.onnx': { gradients: 160 },
  'mnist-tiny/model.onnx': { gradients: 3, small: true },
  'mnist-tiny/model_quantized.onnx': { gradients: 0, small: true },
  'silero-vad/v2_micro_16k.onnx': { gradients: 74, extent: 4000 },
  'silero-vad/v3.1.onnx': { gradients: 88, extent: 512 },
  'silero-vad/v4.0.onnx': { gradients: 33, extent: 512 },
  'silero-vad/v6.2.onnx': { gradients: 0, extent: 512 },
  'silero-vad/v6.2_16k_op15.onnx': { gradients: 14, extent: 512, small: true },
  'ultraface/onnx/version-RFB-320.onnx': { gradients: 212 },
  'wakewords/computer_v1.onnx': { gradients: 9, small: true },
  'wakewords/hey_leo.onnx': { gradients: 9, small: true },
  'yunet/n_2022-12_320.onnx': { gradients: 106 },
  'yunet/v3_2021-09_op9.onnx': { gradients: 86, extent: 64 },
};

async function read(path: string): Promise<Network> {
  return readNetwork({ name: path, format: 'onnx', files: [sharedSource(path)] }, run);
}

/** f32 tables and kernels; not the scales of a Resize. */
function weightsOf(network: Network): Set<string> {
  const scales = new Set(
    network.nodes.filter(({ op }) => op === 'Resize').flatMap(({ inputs }) => inputs.slice(1)),
  );
  return new Set(
    [...network.initializers]
      .filter(
        ([name, { dtype, shape }]) =>
          dtype === 'f32' && elementCount(shape) > 1 && !scales.has(name),
      )
      .map(([name]) => name),
  );
}

function feedsOf(b: GraphBuilder, network: Network): Map<string, NdArray> {
  return new Map(
    network.inputs.map(({ name, dtype }) => {
      const shape = b.shape(name);
      const length = elementCount(shape);
      const data = Float64Array.from({ length }, (_, at) => 0.3 * Math.sin(1.7 * at));
      return [name, ndArray(dtype, shape, Float32Array.from(data))];
    }),
  );
}

/** The lowered network with its weights as constants again. */
function whole({ b, outputs, weights }: Lowered, network: Network): Network {
  const inputs = network.inputs.map((input) => ({ ...input, shape: b.shape(input.name) }));
  const built = b.build('lowered', inputs, [...outputs.values()]);
  const values = [...network.initializers].filter(([name]) => weights.includes(name));
  return { ...built, initializers: new Map([...built.initializers, ...values]) };
}

describe(`real models${sharedTitle}`, () => {
  const there = new Set(sharedPaths(/\.onnx$/));
  for (const [path, { gradients: count, small, extent }] of Object.entries(models))
    it.skipIf(!there.has(path))(
      `${path}: lowered it gives the same, and ${count} weights have gradients`,
      async () => {
        const original = await read(path);
        const rate = original.inputs.find(({ name }) => name === 'sr');
        const bound = new Map(rate === undefined ? [] : [['sr', literal('i64', [], [16_000])]]);
        const network = bindInputs(original, bound);
        const extents = Object.fromEntries(
          network.inputs.flatMap(({ shape }) =>
            shape.flatMap((each) =>
              typeof each === 'string' && !each.startsWith('batch') ? [[each, extent]] : [],
            ),
          ),
        ) as Record<string, number>;
        const lowered = lower(network, weightsOf(network), 1, options, extents);
        const { b, outputs } = lowered;
        const feeds = feedsOf(b, network);
        const all = new Map([
          ...feeds,
          ...(rate === undefined ? [] : [['sr', ndArray('i64', [], [16_000])] as const]),
        ]);
        const theirs = await runOnnxRuntime(original, all);
        const written = whole(lowered, network);
        const tolerance = { atol: 1e-4, rtol: 1e-3 };
        const results = [await runOnnxRuntime(written, feeds)];
        if (small === true) results.push(evaluate(written, feeds));
        for (const ours of results)
          for (const [name, made] of outputs)
            expectSame(ours.get(made) as NdArray, theirs.get(name) as NdArray, name, tolerance);

        const seeds = new Map(
          [...outputs.values()].map((name, at) => [
            name,
            b.input(`seed_${at}`, 'f32', b.shape(name)),
          ]),
        );
        expect(gradients(b, seeds, weightsOf(network)).size).toBe(count);
      },
      60_000,
    );
});
