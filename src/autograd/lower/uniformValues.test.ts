import { describe, expect, it } from 'vitest';
import { runOnnxRuntime } from '../../compute/runOnnxRuntime.fixture.ts';
import type { Network } from '../../core/network/network.ts';
import { evaluate } from '../evaluate/evaluate.ts';
import { ndArray } from '../evaluate/ndArray.ts';
import { GraphBuilder } from '../graphBuilder.ts';
import { uniformValues } from './uniformValues.ts';
import { refuseOffGpu } from '../webGpuOperators.fixture.ts';

function networkOf(shape: readonly number[], stream: number): Network {
  const b = new GraphBuilder(17);
  const seed = b.input('seed', 'i32', []);
  const drawn = uniformValues(b, seed, shape, stream);
  refuseOffGpu(b, b.nodes, 'random');
  return b.build('drawn', [{ name: 'seed', dtype: 'i32', shape: [] }], [drawn]);
}

const feeds = (seed: number) => new Map([['seed', ndArray('i32', [], [seed])]]);

function drawn(seed: number, stream = 0, shape: readonly number[] = [64, 128]): Float64Array {
  return (
    [...evaluate(networkOf(shape, stream), feeds(seed)).values()][0]?.data ?? new Float64Array()
  );
}

/** Pearson's correlation; about N(0, 1/n) for independent values. */
function correlation(a: ArrayLike<number>, b: ArrayLike<number>, count: number): number {
  let sum = 0;
  for (let at = 0; at < count; at++) sum += ((a[at] ?? 0) - 0.5) * ((b[at] ?? 0) - 0.5);
  return (sum / count) * 12;
}

const seeds = [0, 1, 2, 3, -1, 12_345, 2_147_483_647, -2_147_483_648, 1 << 16, 1 << 30];
const count = 64 * 128;
/** Five standard deviations: passes by chance in all but one of a million. */
const bound = 5 / Math.sqrt(count);

describe('uniform values from a seed', () => {
  for (const seed of seeds)
    it(`seed ${seed}: mean, variance, 64 bins and neighbours are as of independent values`, () => {
      const values = drawn(seed);
      expect(Math.min(...values)).toBeGreaterThanOrEqual(0);
      expect(Math.max(...values)).toBeLessThan(1);
      const mean = values.reduce((sum, value) => sum + value, 0) / count;
      expect(Math.abs(mean - 0.5)).toBeLessThan(5 * Math.sqrt(1 / 12 / count));
      const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / count;
      expect(Math.abs(variance - 1 / 12)).toBeLessThan(5 * Math.sqrt(1 / 180 / count));
      for (const bits of [1, 64, 4096]) {
        const bins = new Float64Array(64);
        for (const value of values) {
          const bin = Math.floor(value * bits * 64) % 64;
          bins[bin] = (bins[bin] ?? 0) + 1;
        }
        const expected = count / 64;
        const chi = bins.reduce((sum, bin) => sum + (bin - expected) ** 2 / expected, 0);
        // 63 degrees of freedom: mean 63, deviation 11.2.
        expect(chi).toBeGreaterThan(63 - 4 * 11.2);
        expect(chi).toBeLessThan(63 + 6 * 11.2);
      }
      for (const lag of [1, 2, 3, 7, 64, 127, 128, 129, 256, 1024])
        expect(
          Math.abs(correlation(values, values.subarray(lag), count - lag)),
          `lag ${lag}`,
        ).toBeLessThan(bound * 1.1);
    });

  it('steps and draws have nothing to do with each other', () => {
    const first = drawn(7);
    const others = [8, 9, 7 + 128, 7 + 65536].map((seed) => drawn(seed));
    for (const other of [...others, drawn(7, 1), drawn(7, 2), drawn(8, 1)])
      expect(Math.abs(correlation(first, other, count))).toBeLessThan(bound);
    for (const lag of [1, 2, 5])
      for (const other of others)
        expect(Math.abs(correlation(first, other.subarray(lag), count - lag))).toBeLessThan(
          bound * 1.1,
        );
  });

  it('of one element over steps are uniform too', () => {
    const series = Float64Array.from({ length: 2000 }, (_, step) => drawn(step, 0, [2])[1] ?? 0);
    const mean = series.reduce((sum, value) => sum + value, 0) / 2000;
    expect(Math.abs(mean - 0.5)).toBeLessThan(5 * Math.sqrt(1 / 12 / 2000));
    for (const lag of [1, 2, 3])
      expect(Math.abs(correlation(series, series.subarray(lag), 2000 - lag))).toBeLessThan(
        5 / Math.sqrt(1990),
      );
  });

  it('are the same bits on ONNX Runtime, and on every run', async () => {
    for (const shape of [[5], [3, 4], [2, 3, 1, 7], []])
      for (const seed of seeds) {
        const network = networkOf(shape, 3);
        const theirs = [...(await runOnnxRuntime(network, feeds(seed))).values()][0];
        expect(theirs?.shape).toEqual(shape);
        expect(Array.from(theirs?.data ?? [])).toEqual(Array.from(drawn(seed, 3, shape)));
      }
  });
});
