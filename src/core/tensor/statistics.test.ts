import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dtypeBits, tensorBytes } from '../dtype.ts';
import type { Dtype } from '../dtype.ts';
import { decodeElements } from './elements.ts';
import { tensorHistogram, tensorMoments } from './statistics.ts';
import type { TensorPass } from './statistics.ts';

const dtypes = (Object.keys(dtypeBits) as Dtype[]).filter((dtype) => dtype !== 'string');

function run<Result>(pass: TensorPass<Result>, bytes: Uint8Array, cut: number): Result {
  for (let at = 0; at < bytes.length; at += cut) pass.update(bytes.subarray(at, at + cut));
  return pass.result();
}

const bytesOf = (values: readonly number[]) => new Uint8Array(Float64Array.from(values).buffer);

describe('statistics of a tensor', () => {
  it('count every element of every type, however the bytes are cut', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...dtypes),
        fc.nat(150),
        fc.uint8Array({ minLength: 2600, maxLength: 2600 }),
        fc.integer({ min: 1, max: 40 }),
        (dtype, elements, noise, cut) => {
          const bytes = noise.subarray(0, tensorBytes(dtype, [elements]));
          const padded = new Uint8Array(bytes.length + 2);
          padded.set(bytes);
          const complex = dtype === 'c64' || dtype === 'c128';
          const values = [...decodeElements(dtype, padded)].slice(0, elements * (complex ? 2 : 1));
          const finite = values.filter(Number.isFinite);
          const moments = run(tensorMoments(dtype, elements), bytes, cut);
          expect(moments.elements).toBe(values.length);
          expect(moments.nan).toBe(values.filter(Number.isNaN).length);
          expect(moments.infinite).toBe(values.length - finite.length - moments.nan);
          expect(moments.zeros).toBe(values.filter((value) => value === 0).length);
          if (finite.length === 0) expect(moments.min).toBeNaN();
          else
            expect([moments.min, moments.max]).toEqual([Math.min(...finite), Math.max(...finite)]);
          const bins = run(tensorHistogram(dtype, elements, moments, 16), bytes, cut);
          expect(bins.reduce((sum, count) => sum + count, 0)).toBe(finite.length);
        },
      ),
      { numRuns: 400 },
    );
  });

  it('agree with exact sums of whole numbers', () => {
    const values = fc.array(fc.integer({ min: -1e6, max: 1e6 }), { minLength: 1, maxLength: 300 });
    fc.assert(
      fc.property(values, fc.integer({ min: 1, max: 900 }), (numbers, cut) => {
        const n = BigInt(numbers.length);
        const sum = numbers.reduce((total, value) => total + BigInt(value), 0n);
        const squares = numbers.reduce((total, value) => total + BigInt(value) ** 2n, 0n);
        const moments = run(tensorMoments('f64', numbers.length), bytesOf(numbers), cut);
        const variance = Number(n * squares - sum * sum) / Number(n * n);
        expect(moments.mean).toBeCloseTo(Number(sum) / Number(n), 6);
        expect(moments.standardDeviation).toBeCloseTo(Math.sqrt(variance), 5);
        expect(moments.norm / Math.max(1, Math.sqrt(Number(squares)))).toBeCloseTo(
          squares === 0n ? 0 : 1,
          12,
        );
      }),
    );
  });

  it('keep their digits when the spread is tiny beside the mean', () => {
    const values = Array.from({ length: 40_000 }, (_, i) => 1e9 + (i % 2));
    const moments = run(tensorMoments('f64', values.length), bytesOf(values), 4096);
    expect(moments.mean).toBeCloseTo(1e9 + 0.5, 6);
    expect(moments.standardDeviation).toBeCloseTo(0.5, 9);
  });

  it('have a norm for numbers whose squares overflow or vanish', () => {
    expect(run(tensorMoments('f64', 2), bytesOf([3e300, 4e300]), 8).norm / 5e300).toBeCloseTo(
      1,
      12,
    );
    expect(run(tensorMoments('f64', 2), bytesOf([3e-300, 4e-300]), 16).norm / 5e-300).toBeCloseTo(
      1,
      12,
    );
  });

  it('put each number in its bin, the largest in the last', () => {
    const bytes = bytesOf([0, 0.5, 1, 1.5, 2, NaN, Infinity]);
    expect(run(tensorHistogram('f64', 7, { min: 0, max: 2 }, 4), bytes, 8)).toEqual([1, 1, 1, 2]);
    const far = { min: -1.7e308, max: 1.7e308 };
    const ends = bytesOf([far.min, 0, far.max]);
    expect(run(tensorHistogram('f64', 3, far, 2), ends, 8)).toEqual([1, 2]);
    expect(run(tensorHistogram('f64', 2, { min: 7, max: 7 }, 3), bytesOf([7, 7]), 8)).toEqual([
      2, 0, 0,
    ]);
  });

  it('say NaN where there is no finite number', () => {
    const moments = run(tensorMoments('f32', 0), new Uint8Array(0), 1);
    expect(moments).toMatchObject({ elements: 0, min: NaN, max: NaN, mean: NaN, norm: 0 });
  });
});
