import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { SnapshotId } from '../ids.ts';
import { LineageError } from '../lineageError.ts';
import { assembleBatch } from './batches.ts';
import type { DataUse, Preprocessing, Split } from './dataUse.ts';
import { prepareData } from './prepare.ts';
import { prepareInput } from './prepareInput.ts';
import { previewOf } from './previewOf.ts';
import type { RawColumn, RawExamples } from './rawExamples.ts';
import { splitRows } from './splitRows.ts';

const count = 40;
const rows = Array.from({ length: count }, (_, row) => row);

const examples: RawExamples = {
  kind: 'images',
  count,
  columns: [
    { is: 'numbers', name: 'image', shape: [8, 8], picture: true, data: Uint8Array.from({ length: count * 64 }, (_, i) => (i * 13) % 256) },
    { is: 'numbers', name: 'a', shape: [], data: Float32Array.from(rows) },
    { is: 'numbers', name: 'b', shape: [], data: Float32Array.from(rows, (row) => 100 - row) },
    { is: 'strings', name: 'label', values: rows.map((row) => ['cat', 'dog', 'eel', 'fox'][row % 4] ?? '') },
    { is: 'strings', name: 'client', values: rows.map((row) => (row < 30 ? 'x' : 'y')) },
    { is: 'strings', name: 'text', values: rows.map((row) => `word ${row} and others`) },
    { is: 'audio', name: 'audio', clips: rows.map((row) => ({ sampleRate: 8000, samples: Float32Array.from({ length: 500 }, (_, i) => Math.sin(i * (row + 1) / 20) / 2) })) },
  ],
}; // prettier-ignore

const split: Split = { train: 0.6, validation: 0.2, test: 0.2, seed: 3, stratified: true };

const image: Preprocessing = { is: 'image', column: 'image', height: 8, width: 8, channels: 1, layout: 'NCHW', scale: 1 / 255, mean: [0], deviation: [1], invert: false }; // prettier-ignore
const numbers: Preprocessing = { is: 'numbers', columns: ['a', 'b'], shape: [2], mean: [10, 90], deviation: [2, 5] }; // prettier-ignore
const tokens: Preprocessing = { is: 'tokens', column: 'text', tokenizer: 'words', vocabulary: 100, length: 6 }; // prettier-ignore
const wave: Preprocessing = { is: 'wave', column: 'audio', sampleRate: 8000, samples: 400, shape: [1, 400] }; // prettier-ignore
const mel: Preprocessing = { is: 'log-mel', column: 'audio', sampleRate: 8000, mels: 8, frames: 4, window: 128, hop: 64, shape: [1, 8, 4] }; // prettier-ignore

function use(inputs: Record<string, Preprocessing>, more: Partial<DataUse> = {}): DataUse {
  return {
    dataset: 'd' as SnapshotId,
    name: 'data',
    reading: { is: 'idx' },
    inputs,
    targets: { out: { column: 'label', classes: ['cat', 'dog', 'eel', 'fox'] } },
    split,
    augment: [],
    asCopies: false,
    ...more,
  };
}

describe('a split', () => {
  test('never has a row in two parts, and keeps class shares when stratified', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 3, max: 200 }), fc.double({ min: 0.2, max: 0.8, noNaN: true }), fc.double({ min: 0, max: 0.2, noNaN: true }), fc.nat(), fc.boolean(),
        (size, train, validation, seed, stratified) => {
          const all: RawExamples = { kind: 'table', count: size, columns: [] };
          const classOf = Int32Array.from({ length: size }, (_, row) => row % 3);
          const given = { train, validation, test: 0.1, seed, stratified };
          let parts;
          try {
            parts = splitRows(all, given, classOf);
          } catch (error) {
            expect(error).toBeInstanceOf(LineageError);
            return;
          }
          const every = [...parts.train, ...parts.validation, ...parts.test];
          expect(new Set(every).size).toBe(every.length);
          expect(every.every((row) => row >= 0 && row < size)).toBe(true);
          const groups = stratified ? 3 : 1;
          expect(Math.abs(parts.train.length - size * train)).toBeLessThanOrEqual(groups);
          if (stratified)
            for (const group of [0, 1, 2]) {
              const inClass = [...parts.train].filter((row) => row % 3 === group).length;
              const of = classOf.filter((one) => one === group).length;
              expect(Math.abs(inClass - of * train)).toBeLessThanOrEqual(1);
            }
          expect(splitRows(all, given, classOf)).toEqual(parts);
        },
      ),
    ); // prettier-ignore
  });

  test('chooses by a column, and shards that together are all', () => {
    const classOf = Int32Array.from(rows, (row) => row % 4);
    const where = { column: 'client', values: ['y'] };
    const chosen = splitRows(examples, { ...split, where }, classOf);
    expect([...chosen.train, ...chosen.validation, ...chosen.test].every((row) => row >= 30)).toBe(
      true,
    );
    const shards = [0, 1, 2].map((index) =>
      splitRows(examples, { ...split, train: 1, validation: 0, test: 0, shard: { index, count: 3 } }, classOf),
    ); // prettier-ignore
    const every = shards.flatMap(({ train }) => [...train]);
    expect(every.sort((a, b) => a - b)).toEqual(rows);
    expect(shards.map(({ train }) => train.length)).toEqual([14, 13, 13]);
  });

  test('leaves out rows without a class, and says when nothing is left', () => {
    const classOf = Int32Array.from(rows, (row) => (row < 20 ? 0 : -1));
    const parts = splitRows(examples, split, classOf);
    expect([...parts.train, ...parts.validation, ...parts.test].every((row) => row < 20)).toBe(
      true,
    );
    expect(() =>
      splitRows(
        examples,
        split,
        classOf.map(() => -1),
      ),
    ).toThrow(/data-unfit/);
    expect(() => splitRows(examples, { ...split, train: 0.9 }, classOf)).toThrow(
      /together at most 1/,
    );
    expect(() => splitRows(examples, { ...split, where: { column: 'client', values: ['z'] } }, classOf)).toThrow(/no example has z/); // prettier-ignore
  });
});

describe('prepared data', () => {
  test('has each input as the network takes it, and its target beside it', () => {
    const data = prepareData(examples, use({ image, numbers, tokens, wave, mel }));
    expect([data.train.count, data.validation.count, data.test.count]).toEqual([24, 8, 8]);
    const batch = assembleBatch(data, data.train, [0, 5]);
    const sizes = Object.fromEntries(
      [...batch.inputs].map(([name, values]) => [name, values.length / 2]),
    );
    expect(sizes).toEqual({ image: 64, numbers: 2, tokens: 6, wave: 400, mel: 32 });
    const [a = 0, b = 0] = batch.inputs.get('numbers') ?? [];
    const row = a * 2 + 10;
    expect(b * 5 + 90).toBeCloseTo(100 - row);
    expect(batch.targets.get('out')?.[0]).toBe(row % 4);
    expect(batch.inputs.get('image')?.[1]).toBeCloseTo((((row * 64 + 1) * 13) % 256) / 255, 6);
    expect(data.finish['wave']?.shape).toEqual([1, 400]);
    expect(prepareData(examples, use({ image, numbers, tokens, wave, mel }))).toEqual(data);
  });

  test('derives tasks from one label, and leaves out what it does not map', () => {
    const mapped = { cat: 'furry', dog: 'furry', eel: 'wet' };
    const data = prepareData(examples, use({ numbers }, { targets: { out: { column: 'label', classes: ['furry', 'wet'], mapped } } })); // prettier-ignore
    expect(data.train.count + data.validation.count + data.test.count).toBe(30);
    const target = data.train.columns.find(({ name }) => name === data.targets['out'])?.data ?? [];
    expect(new Set(target)).toEqual(new Set([0, 1]));
  });

  test('keeps a row that one of two heads can learn', () => {
    const one = { column: 'label', classes: ['cat', 'dog'] };
    const other = { column: 'label', classes: ['dog', 'eel'] };
    const data = prepareData(examples, use({ numbers }, { targets: { one, other } }));
    expect(data.train.count + data.validation.count + data.test.count).toBe(30);
    expect(data.train.columns.find(({ name }) => name === 'target:one')?.data).toContain(-1);
  });

  test('standardises numbers to predict', () => {
    const data = prepareData(examples, use({ tokens }, { targets: { out: { column: 'a', mean: 10, deviation: 2 } }, split: { ...split, train: 1, validation: 0, test: 0 } })); // prettier-ignore
    expect(data.train.columns.find(({ name }) => name === 'target:out')?.data.slice(0, 3)).toEqual(Float32Array.of(-5, -4.5, -4)); // prettier-ignore
    expect(data.classes).toEqual({});
  });

  test('adds a changed copy of the training part for each augmentation', () => {
    const augment = [{ is: 'invert' }, { is: 'noise', deviation: 0.2 }] as const;
    const data = prepareData(examples, use({ image }, { augment, asCopies: true }));
    const plain = prepareData(examples, use({ image }));
    expect(data.train.count).toBe(3 * plain.train.count);
    expect(data.augment).toEqual([]);
    const values = data.train.columns[0]?.data ?? new Uint8Array();
    const original = plain.train.columns[0]?.data ?? new Uint8Array();
    const size = original.length;
    expect(values.slice(0, size)).toEqual(original);
    expect(values.slice(size, 2 * size)).toEqual(original.map((value) => 255 - value));
    expect(values.slice(2 * size)).not.toEqual(original);
    const targets = data.train.columns[1]?.data ?? new Int32Array();
    expect(targets.slice(24, 48)).toEqual(targets.slice(0, 24));
    expect(data.test).toEqual(plain.test);
  });

  test('changes a sound before its spectrum only as copies', () => {
    const augment = [{ is: 'time-shift', samples: 100 }] as const;
    expect(() => prepareData(examples, use({ mel }, { augment }))).toThrow(/as copies/);
    const data = prepareData(examples, use({ mel }, { augment, asCopies: true }));
    const values = data.train.columns[0]?.data ?? new Float32Array();
    expect(values.slice(values.length / 2)).not.toEqual(values.slice(0, values.length / 2));
  });

  test.each([
    ['an augmentation of another kind', use({ numbers }, { augment: [{ is: 'flip' }] }), /flip.* is for pictures, and the model takes numbers/],
    ['a missing column', use({ numbers: { ...numbers, columns: ['a', 'z'] } }), /no column .*z.*; it has image, a/],
    ['too few numbers', use({ numbers: { ...numbers, shape: [3], mean: [0], deviation: [1] } }), /takes 3 numbers and the data has 2/],
    ['words for numbers', use({ numbers: { ...numbers, columns: ['a', 'text'] } }), /holds words/],
    ['sound for pictures', use({ image: { ...image, column: 'audio' } }), /holds sounds, and the model takes pictures/],
    ['numbers for sound', use({ wave: { ...wave, column: 'a' } }), /holds numbers, and the model takes sound/],
    ['classes that do not occur', use({ numbers }, { targets: { out: { column: 'label', classes: ['hen'] } } }), /no example has one of the classes hen/],
    ['words to predict as numbers', use({ numbers }, { targets: { out: { column: 'label' } } }), /holds words/],
  ])('refuses %s with what to do', (_, wrong, reason) => {
    expect(() => prepareData(examples, wrong)).toThrow(LineageError);
    expect(() => prepareData(examples, wrong)).toThrow(reason);
  }); // prettier-ignore
});

describe('one input to try', () => {
  test('is prepared exactly as a training example', () => {
    const all = use({ image, tokens, wave, mel, numbers }, { split: { ...split, train: 1, validation: 0, test: 0 } }); // prettier-ignore
    const data = prepareData(examples, all);
    const batch = assembleBatch(data, data.train, [7]);
    const raw = (name: string): RawColumn => examples.columns.find((column) => column.name === name) as RawColumn; // prettier-ignore
    const [pixels, text, clip] = [raw('image'), raw('text'), raw('audio')];
    if (pixels.is !== 'numbers' || text.is !== 'strings' || clip.is !== 'audio') throw new Error();
    const given = {
      image: { is: 'pixels', width: 8, height: 8, channels: 1, pixels: new Uint8Array(pixels.data.slice(7 * 64, 8 * 64)) },
      tokens: { is: 'text', text: text.values[7] ?? '' },
      wave: { is: 'wave', ...(clip.clips[7] ?? { sampleRate: 1, samples: new Float32Array() }) },
      mel: { is: 'wave', ...(clip.clips[7] ?? { sampleRate: 1, samples: new Float32Array() }) },
      numbers: { is: 'numbers', values: [7, 93] },
    } as const; // prettier-ignore
    for (const [name, input] of Object.entries(given)) {
      const preprocessing = all.inputs[name] as Preprocessing;
      const literal = prepareInput(preprocessing, input);
      const wanted = batch.inputs.get(name) ?? [];
      const found = literal.dtype === 'i64' ? Int32Array.from(new BigInt64Array(literal.bytes.buffer), Number) : new Float32Array(literal.bytes.buffer); // prettier-ignore
      expect(found, name).toEqual(wanted);
    }
    expect(prepareInput(mel, given.mel).shape).toEqual([1, 8, 4]);
  });

  test('makes a drawing square and grey for a model that takes numbers', () => {
    const flat: Preprocessing = { is: 'numbers', columns: ['image'], shape: [4], mean: [0], deviation: [255] }; // prettier-ignore
    const drawn = { is: 'pixels', width: 4, height: 4, channels: 1, pixels: new Uint8Array(16).fill(255) } as const; // prettier-ignore
    const result = prepareInput(flat, drawn);
    expect([...new Float32Array(result.bytes.buffer)]).toEqual([1, 1, 1, 1]);
  });

  test('of another kind is refused', () => {
    expect(() => prepareInput(image, { is: 'text', text: 'x' })).toThrow(/data-unfit/);
    expect(() => prepareInput(numbers, { is: 'numbers', values: [1] })).toThrow(
      /takes 2 numbers, and 1/,
    );
    expect(() => prepareInput(tokens, { is: 'numbers', values: [1] })).toThrow(/holds numbers/);
  });
});

describe('a preview', () => {
  test('shows pictures, spread over the data, with their labels', () => {
    const samples = previewOf(examples, 4, 'label');
    expect(samples).toHaveLength(4);
    expect(samples[1]).toMatchObject({
      is: 'image',
      width: 8,
      height: 8,
      channels: 1,
      label: 'eel',
    });
  });

  test('shows sounds as peaks, sentences and rows', () => {
    const only = (kind: RawExamples['kind'], ...names: string[]): RawExamples =>
      ({ kind, count, columns: examples.columns.filter(({ name }) => names.includes(name)) }); // prettier-ignore
    const [sound] = previewOf(only('audio', 'audio'), 1);
    if (sound?.is !== 'wave') throw new Error('no wave');
    expect(sound.seconds).toBeCloseTo(500 / 8000);
    expect(sound.peaks).toHaveLength(120);
    expect(previewOf(only('text', 'text', 'label'), 1, 'label')[0]).toEqual({ is: 'text', text: 'word 0 and others', label: 'cat' }); // prettier-ignore
    expect(previewOf(only('table', 'a', 'b', 'label'), 2, 'label')[1]).toEqual({ is: 'row', values: ['20', '80'], label: 'cat' }); // prettier-ignore
    expect(previewOf(only('table', 'a'), 99)).toHaveLength(40);
  });
});
