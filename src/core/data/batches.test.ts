import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { TrainData } from '../training/trainJob.ts';
import { assembleBatch, batchAssembler, epochOrder } from './batches.ts';
import type { Examples } from './examples.ts';

const count = 6;

const part: Examples = {
  count,
  columns: [
    { name: 'pixels', dtype: 'u8', holds: 'image', shape: [3, 2, 2], data: Uint8Array.from({ length: count * 12 }, (_, i) => (i * 7) % 256) },
    { name: 'features', dtype: 'f32', shape: [2], data: Float32Array.from({ length: count * 2 }, (_, i) => i) },
    { name: 'words', dtype: 'i32', shape: [3], data: Int32Array.from({ length: count * 3 }, (_, i) => i + 1) },
    { name: 'class', dtype: 'i32', shape: [], data: Int32Array.of(0, 1, 2, 0, 1, -1) },
    { name: 'height', dtype: 'f32', shape: [], data: Float32Array.of(1, 2, 3, 4, 5, Number.NaN) },
  ],
}; // prettier-ignore

const data: TrainData = {
  inputs: { image: 'pixels', table: 'features', text: 'words' },
  targets: { label: 'class', size: 'height' },
  classes: { label: ['a', 'b', 'c'] },
  train: part,
  validation: { ...part },
  test: { ...part },
  augment: [
    { is: 'shift', pixels: 1 },
    { is: 'noise', deviation: 0.1 },
    { is: 'drop-words', share: 0.4 },
  ],
  finish: {
    pixels: { scale: 1 / 255, mean: [0.5, 0.4, 0.3], deviation: [0.2, 0.3, 0.4], axis: 0, shape: [3, 2, 2] },
    features: { scale: 1, mean: [1, 2], deviation: [2, 4], axis: 0, shape: [2] },
  },
}; // prettier-ignore

describe('a batch', () => {
  test('has the rows asked for, finished by channel', () => {
    const batch = assembleBatch(data, part, [4, 0, 4]);
    expect(batch.count).toBe(3);
    const image = batch.inputs.get('image');
    const raw = part.columns[0]?.data ?? [];
    const expected = [4, 0, 4].flatMap((row) =>
      Array.from({ length: 12 }, (_, i) => {
        const channel = Math.floor(i / 4);
        const mean = [0.5, 0.4, 0.3][channel] ?? 0;
        const deviation = [0.2, 0.3, 0.4][channel] ?? 1;
        return Math.fround(((raw[row * 12 + i] ?? 0) / 255 - mean) / deviation);
      }),
    );
    expected.forEach((value, i) => {
      expect(image?.[i]).toBeCloseTo(value, 5);
    });
    expect(batch.inputs.get('table')).toEqual(Float32Array.of(3.5, 1.75, -0.5, -0.25, 3.5, 1.75));
    expect(batch.inputs.get('text')).toEqual(Int32Array.of(13, 14, 15, 1, 2, 3, 13, 14, 15));
    expect(batch.targets.get('label')).toEqual(Int32Array.of(1, 0, 1));
    expect(batch.targets.get('size')).toEqual(Float32Array.of(5, 1, 5));
  });

  test('finishes bytes by the table as floats are', () => {
    const floats: Examples = {
      count,
      columns: part.columns.map((column) =>
        column.dtype === 'u8'
          ? { ...column, dtype: 'f32', data: Float32Array.from(column.data) }
          : column,
      ),
    };
    expect(assembleBatch(data, floats, [1, 2]).inputs.get('image')).toEqual(
      assembleBatch(data, part, [1, 2]).inputs.get('image'),
    );
  });

  test('augments each example by seed, epoch and row, whatever the batch', () => {
    const draw = { seed: 5, epoch: 2 };
    const assembler = batchAssembler(data, part);
    const together = assembler.assemble([0, 1, 2, 3, 4, 5], draw);
    for (const row of [5, 3, 0]) {
      const alone = assembler.assemble([row], draw);
      for (const [input, values] of alone.inputs) {
        const size = values.length;
        expect(together.inputs.get(input)?.slice(row * size, (row + 1) * size)).toEqual(values);
      }
    }
    const plain = assembler.assemble([0, 1, 2, 3, 4, 5]);
    for (const other of [
      plain,
      assembler.assemble([0, 1, 2, 3, 4, 5], { seed: 5, epoch: 3 }),
      assembler.assemble([0, 1, 2, 3, 4, 5], { seed: 6, epoch: 2 }),
    ])
      // prettier-ignore
      for (const [input, values] of together.inputs)
        expect(other.inputs.get(input), input).not.toEqual(values);
    expect(together.targets).toEqual(plain.targets);
  });

  test('leaves the stored examples as they are', () => {
    const before = part.columns.map(({ data: values }) => values.slice());
    assembleBatch(data, part, [0, 1, 2], { seed: 1, epoch: 1 });
    part.columns.forEach(({ data: values }, i) => {
      expect(values).toEqual(before[i]);
    });
  });

  test('finishes by the last axis where the channels are last', () => {
    const last: Examples = { count: 1, columns: [{ name: 'x', dtype: 'u8', holds: 'image', shape: [1, 2, 3], data: Uint8Array.of(1, 2, 3, 4, 5, 6) }] }; // prettier-ignore
    const use: TrainData = { ...data, inputs: { x: 'x' }, targets: {}, augment: [], finish: { x: { scale: 1, mean: [1, 2, 3], deviation: [1], axis: 2, shape: [1, 2, 3] } } }; // prettier-ignore
    expect(assembleBatch(use, last, [0]).inputs.get('x')).toEqual(
      Float32Array.of(0, 0, 0, 3, 3, 3),
    );
  });

  test('refuses rows and columns that are not there', () => {
    expect(() => assembleBatch(data, part, [6])).toThrow('no example 6');
    expect(() => assembleBatch({ ...data, inputs: { x: 'other' } }, part, [0])).toThrow(
      'no column',
    );
  });
});

describe('the order of an epoch', () => {
  test('is a permutation that only depends on seed and epoch', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 300 }), fc.nat(), fc.nat(100), (n, seed, epoch) => {
        const order = epochOrder(n, seed, epoch);
        expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: n }, (_, i) => i));
        expect(epochOrder(n, seed, epoch)).toEqual(order);
      }),
    );
    expect(epochOrder(100, 1, 1)).not.toEqual(epochOrder(100, 1, 2));
    expect(epochOrder(100, 1, 1)).not.toEqual(epochOrder(100, 2, 1));
  });
});
