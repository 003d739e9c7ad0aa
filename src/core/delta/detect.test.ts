import { describe, expect, it } from 'vitest';
import { encodeNumbers } from '../network/encodeNumbers.ts';
import type { Dtype } from '../dtype.ts';
import { detectBeside } from './detectBeside.ts';
import { detectMoved } from './detectMoved.ts';
import { detectRanges } from './detectRanges.ts';
import { predict } from './predict.ts';
import type { Hypothesis, Window } from './window.ts';

/** Numbers from −1 to 1 that look like weights: a sum of uniform ones, the same everywhere. */
function generator(seed: number): () => number {
  let state = seed | 0;
  const next = () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return ((state ^ (state >>> 15)) >>> 0) / 2 ** 32;
  };
  return () => (next() + next() + next() + next() - 2) * 0.1;
}

function randoms(count: number, seed = 1): Float64Array {
  const next = generator(seed);
  return Float64Array.from({ length: count }, () => Math.fround(next()));
}

function window(dtype: Dtype, shape: readonly number[], numbers: ArrayLike<number>): Window {
  return { dtype, shape, first: 0, bytes: encodeNumbers(dtype, shape, numbers).bytes };
}

const none = { coefficients: [], adapters: [] };
const beside = (child: Window, ...bases: Window[]) =>
  detectBeside(child, bases, bases.length, none).found;

/** Share of the chunk's bytes that the first hypothesis predicts wrongly. */
function wrong(child: Window, found: readonly Hypothesis[], bases: readonly Window[]): number {
  const [first] = found;
  if (first === undefined) return 1;
  const { derivation, windows } = first;
  const prediction = predict(
    derivation,
    windows.map((place) => (bases[place] as Window).bytes),
    child.bytes.length,
  );
  if (prediction === undefined) throw new Error('the derivation does not fit');
  let count = 0;
  for (let i = 0; i < child.bytes.length; i++) if (prediction.bytes[i] !== child.bytes[i]) count++;
  return count / child.bytes.length;
}

const rows = 48;
const columns = 60;
const shape = [rows, columns];
const weights = randoms(rows * columns);
const parent = window('f32', shape, weights);

describe('finding derivations beside', () => {
  it.each(['f16', 'bf16', 'f64'] as const)('sees a cast to %s', (dtype) => {
    const child = window(dtype, shape, weights);
    const found = beside(child, parent);
    expect(found[0]?.derivation.is).toBe('cast');
    expect(wrong(child, found, [parent])).toBe(0);
  });

  it('sees a constant factor, and one for each row and column', () => {
    const factors = randoms(columns, 9).map((value) => 1 + value);
    for (const factorOf of [
      () => 0.7,
      (i: number) => factors[Math.floor(i / columns)] as number,
      (i: number) => factors[i % columns] as number,
    ]) {
      const child = window(
        'f32',
        shape,
        weights.map((value, i) => value * Math.fround(factorOf(i))),
      );
      const found = beside(child, parent);
      expect(found[0]?.derivation.is).toBe('scaled');
      expect(wrong(child, found, [parent])).toBe(0);
    }
  });

  it('sees weights in 8 bits and what they are dequantised to', () => {
    const largest = Array.from({ length: rows }, (_, row) =>
      Math.max(...weights.slice(row * columns, (row + 1) * columns).map(Math.abs)),
    );
    const scaleOf = (i: number) => Math.fround((largest[Math.floor(i / columns)] ?? 0) / 127);
    const codes = weights.map((value, i) => Math.round(value / scaleOf(i)));
    const child = window('i8', shape, codes);
    const found = beside(child, parent);
    expect(found[0]?.derivation).toMatchObject({ is: 'quantised', scales: { divisor: 127 } });
    expect(wrong(child, found, [parent])).toBe(0);
    const back = window(
      'f32',
      shape,
      codes.map((code, i) => code * scaleOf(i)),
    );
    const again = beside(back, child);
    expect(again[0]?.derivation.is).toBe('scaled');
    expect(wrong(back, again, [child])).toBeLessThan(0.001);
  });

  it('sees bytes with one scale and a zero point', () => {
    const codes = weights.map((value) =>
      Math.min(255, Math.max(0, Math.round(value / 0.0031) + 121)),
    );
    const child = window('u8', shape, codes);
    const found = beside(child, parent);
    expect(found[0]?.derivation).toMatchObject({ is: 'quantised', zero: 121 });
    expect(wrong(child, found, [parent])).toBeLessThan(0.01);
  });

  it('sees what is pruned by size, and what is pruned otherwise', () => {
    const child = window(
      'f32',
      shape,
      weights.map((value) => (Math.abs(value) < 0.05 ? 0 : value)),
    );
    const found = beside(child, parent);
    expect(found[0]?.derivation).toMatchObject({ is: 'masked', signed: false });
    expect(wrong(child, found, [parent])).toBe(0);
    const next = generator(4);
    const some = window(
      'f32',
      shape,
      weights.map((value) => (next() < 0 ? 0 * value : value)),
    );
    expect(beside(some, parent)[0]?.derivation).toMatchObject({ zeros: 'map', signed: true });
  });

  it('sees sums of several models', () => {
    const near = (seed: number) =>
      weights.map((value, i) => value + 0.05 * (randoms(i + 1, seed + i)[i] ?? 0));
    const models = [parent, ...[2, 3].map((seed) => window('f32', shape, near(seed * 7919)))];
    const values = models.map(({ bytes }) => new Float32Array(bytes.buffer));
    for (const parts of [
      [1 / 3, 1 / 3, 1 / 3],
      [0.137, 0.563, 0.3],
      [-1, 1.2, 0.8],
    ]) {
      const sum = weights.map((_, i) =>
        values.reduce((total, value, k) => total + (parts[k] as number) * (value[i] as number), 0),
      );
      const child = window('f32', shape, sum);
      const found = beside(child, ...models);
      expect(found[0]?.derivation.is).toBe('sum');
      expect(wrong(child, found, models)).toBe(0);
    }
  });

  it('sees a fused adapter, stored and not', () => {
    const [up, down] = [randoms(rows * 4, 5), randoms(4 * columns, 6)];
    const sum = weights.map((value, i) => {
      let product = 0;
      for (let k = 0; k < 4; k++)
        product +=
          (up[Math.floor(i / columns) * 4 + k] as number) *
          (down[k * columns + (i % columns)] as number);
      return value + 0.25 * product;
    });
    const child = window('f32', shape, sum);
    const bases = [parent, window('f32', [rows, 4], up), window('f32', [4, columns], down)];
    const { found } = detectBeside(child, bases, 1, {
      coefficients: [],
      adapters: [{ up: 1, down: 2 }],
    });
    expect(found[0]?.derivation).toMatchObject({ is: 'low-rank', scale: 0.25 });
    expect(wrong(child, found, bases)).toBe(0);
    const alone = beside(child, parent);
    expect(alone[0]?.derivation).toMatchObject({ is: 'low-rank', rank: 4 });
    expect(wrong(child, alone, [parent])).toBeLessThan(0.1);
  });

  it('finds nothing in weights that were trained further, or are others', () => {
    const tuned = weights.map((value, i) => value + 1e-3 * (randoms(i + 1, i)[i] ?? 0));
    expect(beside(window('f32', shape, tuned), parent)).toEqual([]);
    expect(beside(window('f32', shape, randoms(rows * columns, 77)), parent)).toEqual([]);
  });
});

describe('finding moved elements', () => {
  const take = (of: readonly number[], order: (...indices: number[]) => number) =>
    Float64Array.from({ length: (of[0] ?? 1) * (of[1] ?? 1) }, (_, i) => {
      const place = order(Math.floor(i / (of[1] ?? 1)), i % (of[1] ?? 1));
      return place < 0 ? (randoms(i + 1, i + 5)[i] as number) : (weights[place] as number);
    });
  const cases: Record<
    string,
    { shape: number[]; from: (i: number, j: number) => number; new?: number }
  > = {
    transposed: { shape: [columns, rows], from: (i, j) => j * columns + i },
    'gates in another order': { shape, from: (i, j) => ((i + 12) % rows) * columns + j },
    'rows kept': { shape: [16, columns], from: (i, j) => i * 3 * columns + j },
    'rows and columns kept': { shape: [24, 30], from: (i, j) => i * 2 * columns + 2 * j + 1 },
    'rows added': {
      shape: [60, columns],
      from: (i, j) => (i < rows ? i * columns + j : -1),
      new: 0.21,
    },
  };
  it.each(Object.entries(cases))('sees %s', (_, one) => {
    const child = window('f32', one.shape, take(one.shape, one.from));
    const found = detectMoved(child, parent, 0);
    expect(found[0]?.derivation.is).toBe('gather');
    expect(wrong(child, found, [parent])).toBeLessThanOrEqual(one.new ?? 0);
  });

  it('sees a transposed tensor that was trained further', () => {
    const tuned = take([columns, rows], (i, j) => j * columns + i).map((value) => value * 1.0001);
    const found = detectMoved(window('f32', [columns, rows], tuned), parent, 0);
    expect(found[0]?.derivation).toMatchObject({
      is: 'gather',
      axes: [{ stride: 1 }, { stride: columns }],
    });
  });

  it('sees axes of half floats in another order', () => {
    const half = window('f16', shape, weights);
    const child = window(
      'f16',
      [columns, rows],
      take([columns, rows], (i, j) => j * columns + i),
    );
    expect(wrong(child, detectMoved(child, half, 0), [half])).toBe(0);
  });

  it('sees nothing in other weights', () => {
    expect(detectMoved(window('f32', shape, randoms(rows * columns, 3)), parent, 0)).toEqual([]);
    expect(
      detectMoved(window('f32', [columns, rows], randoms(rows * columns, 3)), parent, 0),
    ).toEqual([]);
  });

  it('works on part of a tensor', () => {
    const whole = window(
      'f32',
      [columns, rows],
      take([columns, rows], (i, j) => j * columns + i),
    );
    const first = 7 * rows + 5;
    const child = { ...whole, first, bytes: whole.bytes.slice(first * 4, first * 4 + 4000) };
    expect(wrong(child, detectMoved(child, parent, 0), [parent])).toBe(0);
  });
});

describe('finding shared runs', () => {
  it('sees joined and cut bytes at any step', () => {
    const bytes = new Uint8Array([
      ...parent.bytes.subarray(4000, 9000),
      ...new Uint8Array(100).fill(7),
      ...parent.bytes.subarray(0, 3001),
    ]);
    const found = detectRanges(bytes, parent.bytes, 1, [0]);
    expect(found[0]?.share).toBeLessThan(0.05);
    const { derivation } = found[0] as Hypothesis;
    const prediction = predict(derivation, [parent.bytes], bytes.length);
    expect(prediction?.fresh.length).toBe(2);
  });
});
