import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DifferenceDetails, DifferenceSums } from './differences.ts';
import {
  ColumnsGram,
  ColumnStrip,
  Projection,
  RandomProduct,
  transposedMatrix,
} from './matrixSums.ts';
import { orthonormalise, rankOf, singularValuesOfGram } from './singularValues.ts';

const number = fc.oneof(
  fc.double({ min: -2, max: 2, noNaN: true }),
  fc.constantFrom(0, -0, NaN, Infinity, 1e-30),
);
const pairs = fc.array(fc.tuple(number, number), { minLength: 1, maxLength: 60 });

function inPieces<T>(items: readonly T[], cut: number): T[][] {
  return [items.slice(0, cut), items.slice(cut)];
}

describe('the difference of two tensors', () => {
  it('is what a plain loop gives, whatever the pieces', () => {
    fc.assert(
      fc.property(pairs, fc.nat(60), (given, cut) => {
        const sums = new DifferenceSums(['f64', 'f64']);
        for (const piece of inPieces(given, cut))
          sums.update(Float64Array.from(piece, ([a]) => a), Float64Array.from(piece, ([, b]) => b)); // prettier-ignore
        const found = sums.result();
        const finite = given.filter((pair) => pair.every(Number.isFinite));
        const sum = (of: (a: number, b: number) => number) =>
          finite.reduce((total, [a, b]) => total + of(a, b), 0);
        const norms = [sum((a) => a * a), sum((_, b) => b * b), sum((a, b) => (b - a) ** 2)];
        expect(found.normA).toBeCloseTo(Math.sqrt(norms[0] ?? 0), 9);
        expect(found.normB).toBeCloseTo(Math.sqrt(norms[1] ?? 0), 9);
        expect(found.norm).toBeCloseTo(Math.sqrt(norms[2] ?? 0), 9);
        const sizes = given.map(([a, b]) => (Number.isFinite(b - a) ? Math.abs(b - a) : 0));
        expect(found.largest).toBe(Math.max(...sizes));
        expect(found.largestAt).toBe(sizes.indexOf(found.largest));
        expect(found.notFinite).toBe(given.length - finite.length);
        expect(found.signFlips).toBe(
          finite.filter(([a, b]) => Math.sign(a) * Math.sign(b) < 0).length,
        );
        expect(found.differing).toBe(
          given.filter(([a, b]) => a !== b && !(Number.isNaN(a) && Number.isNaN(b))).length,
        );
      }),
      { numRuns: 500 },
    );
  });

  it('neither overflows nor vanishes', () => {
    for (const scale of [1e-200, 1e200]) {
      const sums = new DifferenceSums(['f64', 'f64']);
      sums.update(Float64Array.of(3 * scale), Float64Array.of(3 * scale));
      sums.update(Float64Array.of(4 * scale, 0), Float64Array.of(0, 0));
      const { normA, norm, relative } = sums.result();
      expect([normA / scale, norm / scale, relative].map((each) => each.toFixed(9))).toEqual(
        [5, 4, 0.8].map((each) => each.toFixed(9)),
      );
    }
  });

  it.each([
    ['equal', (x: number) => x],
    ['scaled by 0.5', (x: number) => 0.5 * x],
    ['shifted by 0.1', (x: number) => x + 0.1],
    ['sparse, 10 %', (x: number, i: number) => (i % 10 === 0 ? x + 1 : x)],
    ['small and everywhere', (x: number, i: number) => x + 0.001 * Math.sin(7 * i)],
    ['unrelated: trained anew?', (_: number, i: number) => Math.sin(1.7 * i + 2)],
  ])('looks %s', (words, change) => {
    const a = Float64Array.from({ length: 100 }, (_, i) => Math.sin(i * i));
    const sums = new DifferenceSums(['f32', 'f32']);
    sums.update(a, a.map(change));
    expect(sums.result().looksLike).toBe(words);
  });

  it('sees values that were only rounded', () => {
    const a = Float64Array.from({ length: 100 }, (_, i) => Math.fround(Math.sin(i)));
    // To eleven bits, as half floats have.
    const b = a.map((x) => {
      const step = 2 ** (Math.floor(Math.log2(Math.abs(x) || 1)) - 10);
      return Math.round(x / step) * step;
    });
    const sums = new DifferenceSums(['f32', 'f16']);
    sums.update(a, b);
    expect(sums.result().looksLike).toBe('equal after rounding to f16');
  });

  it('counts changes in bins and lists the largest first', () => {
    const details = new DifferenceDetails(4, 8, 2);
    details.update(new Float64Array(3), Float64Array.of(-4, 0.5, 0));
    details.update(new Float64Array(2), Float64Array.of(4, NaN));
    expect(details.result()).toEqual({
      histogram: [1, 0, 0, 0, 2, 0, 0, 1],
      range: 4,
      largest: [{ at: 0, a: 0, b: -4 }, { at: 3, a: 0, b: 4 }],
    }); // prettier-ignore
  });
});

/** U·S·Vᵀ for given singular values, with random orthonormal U and V. */
function matrixOf(rows: number, columns: number, values: readonly number[]): Float64Array {
  const k = values.length;
  let state = 1;
  const random = (): number => (state = (state * 16807) % 2147483647) / 2147483647 - 0.5;
  const u = Float64Array.from({ length: rows * k }, random);
  const v = Float64Array.from({ length: columns * k }, random);
  orthonormalise(u, rows, k);
  orthonormalise(v, columns, k);
  const cell = (i: number, j: number): number =>
    values.reduce((sum, s, l) => sum + (u[i * k + l] ?? 0) * s * (v[j * k + l] ?? 0), 0);
  return Float64Array.from({ length: rows * columns }, (_, at) =>
    cell(Math.floor(at / columns), at % columns),
  );
}

describe('singular values', () => {
  const values = [9, 4, 4, 1, 0.25];

  it('are those a matrix was made of', () => {
    const matrix = matrixOf(40, 5, values);
    const gram = new ColumnsGram(5);
    gram.update(matrix.subarray(0, 37));
    gram.update(matrix.subarray(37));
    const found = singularValuesOfGram(gram.gram, 5);
    for (const [i, value] of values.entries()) expect(found[i]).toBeCloseTo(value, 7);
    expect(rankOf(found, 114.0625, 0.99)).toBe(3);
  });

  it('of a low-rank matrix are found by a sketch', () => {
    const [rows, columns, k] = [90, 70, 12];
    const matrix = matrixOf(rows, columns, values);
    const sketch = new RandomProduct(rows, columns, k);
    sketch.update(matrix);
    orthonormalise(sketch.product, rows, k);
    const projection = new Projection(sketch.product, columns, k);
    projection.update(matrix);
    const gram = new ColumnsGram(k);
    gram.update(projection.product);
    const found = singularValuesOfGram(gram.gram, k);
    for (const [i, value] of values.entries()) expect(found[i]).toBeCloseTo(value, 6);
  });

  it('come from strips of columns as well', () => {
    const matrix = Float64Array.from({ length: 12 }, (_, i) => i);
    const strip = new ColumnStrip(3, 4, 1, 3);
    for (const piece of [matrix.subarray(0, 2), matrix.subarray(2, 7), matrix.subarray(7)]) strip.update(piece); // prettier-ignore
    expect([...strip.strip]).toEqual([1, 2, 5, 6, 9, 10]);
    expect([...transposedMatrix(strip.strip, 3)]).toEqual([1, 5, 9, 2, 6, 10]);
  });

  it('count until they hold the share asked for', () => {
    expect(rankOf([2, 1], 5, 0.5)).toBe(1);
    expect(rankOf([2, 1], 5, 0.99)).toBe(2);
    // Two more of size 1 at least where the sketch did not reach.
    expect(rankOf([2, 1], 7, 1)).toBe(4);
  });
});
