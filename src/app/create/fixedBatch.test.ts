import { describe, expect, test } from 'vitest';
import { ndArray, type NdArray } from '../../autograd/evaluate/ndArray.ts';
import { lower } from '../../autograd/lower/lower.ts';
import { runOnnxRuntime } from '../../compute/runOnnxRuntime.fixture.ts';
import { randomFrom } from '../../core/data/random.ts';
import { elementCount } from '../../core/dtype.ts';
import { freeBatch } from '../../core/network/surgery/freeBatch.ts';
import { readNetwork } from '../../formats/onnx/network/readNetwork.ts';
import {
  hasSharedData,
  sharedPaths,
  sharedSource,
  sharedTitle,
} from '../../formats/sharedData.fixture.ts';

const run = { signal: { aborted: false, throwIfAborted: () => undefined } };

/** Two examples' rows of a value with the examples first. */
function row(value: NdArray | undefined, index: number): number[] {
  if (value === undefined) return [];
  const size = value.data.length / 2;
  return [...value.data.subarray(index * size, (index + 1) * size)];
}

describe.skipIf(!hasSharedData)(`models exported for one example${sharedTitle}`, () => {
  const paths = sharedPaths(
    /(version-slim-320|version-RFB-320_without_postprocessing|n_2022-12_320|alice|jarvis_v1)\.onnx$/,
  );

  test.each(paths)('take two in %s, each with its own results', async (path) => {
    const source = sharedSource(path);
    const fixed = await readNetwork({ name: 'm', format: 'onnx', files: [source] }, run);
    const free = freeBatch(fixed);
    const [input] = fixed.inputs;
    if (input === undefined) throw new Error('no input');
    expect(free.inputs[0]?.shape[0]).toBe('batch');
    const one = input.shape.map(Number);
    const random = randomFrom(3);
    const pixels = Float64Array.from({ length: 2 * elementCount(one) }, () =>
      Math.fround(random.normal()),
    );
    const both = new Map([[input.name, ndArray('f32', [2, ...one.slice(1)], pixels)]]);
    const together = await runOnnxRuntime(free, both);
    for (const index of [0, 1]) {
      const half = pixels.slice(index * elementCount(one), (index + 1) * elementCount(one));
      const alone = await runOnnxRuntime(fixed, new Map([[input.name, ndArray('f32', one, half)]]));
      for (const [name, value] of alone) {
        const found = row(together.get(name), index);
        expect(found).toHaveLength(value.data.length);
        const gap = Math.max(...found.map((each, i) => Math.abs(each - (value.data[i] as number))));
        expect(gap).toBeLessThan(1e-3);
      }
    }
    // What training does first: every extent is known with five examples.
    const { b, outputs } = lower(free, new Set(), 5, {
      mode: 'train', batchNorm: 'frozen', dropout: 'off',
    }); // prettier-ignore
    for (const output of outputs.values()) expect(b.shape(output)[0]).toBe(5);
  });
});
