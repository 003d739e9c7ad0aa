import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import type { Reading } from '../../core/data/dataset.ts';
import { isLineageError } from '../../core/lineageError.ts';
import type { RawColumn } from '../../core/data/rawExamples.ts';
import { memorySource } from '../memorySource.fixture.ts';
import { zipOf } from '../zip/zip.fixture.ts';
import { quietRun, testImage, testPorts, textSource } from './dataset.fixture.ts';
import { idxFile, npyFile, wavFile } from './binary.fixture.ts';
import { parseIdx } from './idx.ts';
import { imageHeader } from './imageHeader.ts';
import { parseNpy } from './npy.ts';
import { readDataset } from './readDataset.ts';
import { sniffData } from './sniffData.ts';
import { parseWav } from './wav.ts';

type Files = Readonly<Record<string, Uint8Array>>;

function read(files: Files, reading: Reading) {
  const sources = Object.entries(files).map(([path, bytes]) => memorySource(path, bytes));
  return readDataset(sources, reading, testPorts, quietRun);
}

function sniff(files: Files) {
  return sniffData(Object.entries(files).map(([path, bytes]) => memorySource(path, bytes)));
}

function numbers(columns: readonly RawColumn[], name: string): number[] {
  const column = columns.find((one) => one.name === name);
  if (column?.is !== 'numbers') throw new Error(`no numbers ${name}`);
  return [...column.data];
}

/** Every cut of every file fails as data, or leaves bad rows: never a crash or a hang. */
async function survivesCuts(files: Files, reading: Reading): Promise<void> {
  for (const [path, bytes] of Object.entries(files))
    for (let length = 0; length < bytes.length; length++) {
      const cut = { ...files, [path]: bytes.subarray(0, length) };
      for (const attempt of [() => read(cut, reading), () => sniff(cut)]) {
        const outcome = await attempt().catch((error: unknown) => error);
        if (outcome instanceof Error)
          expect(isLineageError(outcome, 'dataset-invalid'), `${path} cut to ${length}: ${outcome.message}`).toBe(true); // prettier-ignore
      }
    }
}

describe('IDX', () => {
  const images = idxFile(
    0x08,
    [2, 8, 8],
    Array.from({ length: 128 }, (_, i) => i),
  );
  const labels = idxFile(0x08, [2], [7, 3]);

  test('reads examples and labels, packed or not', async () => {
    for (const pack of [(bytes: Uint8Array) => bytes, (bytes: Uint8Array) => gzipSync(bytes)]) {
      const files = { 'a-labels.idx': pack(labels), 'a-images.idx': pack(images) };
      expect(await sniff(files)).toMatchObject({ is: 'found', kind: 'images', reading: { is: 'idx' } }); // prettier-ignore
      const { examples, summary } = await read(files, { is: 'idx' });
      expect(summary).toMatchObject({ examples: 2, label: 'label', kind: 'images' });
      expect(numbers(examples.columns, 'label')).toEqual([7, 3]);
      expect(numbers(examples.columns, 'image').slice(126)).toEqual([126, 127]);
    }
  });

  test('joins several pairs by their names', async () => {
    const { examples } = await read({ 'test-images': images, 'test-labels': idxFile(8, [2], [1, 2]), 'train-images': images, 'train-labels': labels }, { is: 'idx' }); // prettier-ignore
    expect(numbers(examples.columns, 'label')).toEqual([1, 2, 7, 3]);
  });

  test.each([
    [0x09, [-1, 2]], [0x0b, [-300, 300]], [0x0c, [-70000, 70000]], [0x0d, [0.5, -2]], [0x0e, [0.5, -2]],
  ] as const)('reads element type %i, big-endian', (type, values) => {
    expect([...parseIdx(idxFile(type, [2, 1], values), 'f').values]).toEqual(values);
  }); // prettier-ignore

  test('names what does not fit', async () => {
    const pair = (label: Uint8Array): Files => ({ images, labels: label });
    await expect(read(pair(idxFile(8, [3], [1, 2, 3])), { is: 'idx' })).rejects.toThrow(/3 labels for 2 examples/);
    await expect(read({ labels }, { is: 'idx' })).rejects.toThrow(/only labels/);
    await expect(read({ images: images.subarray(0, 100) }, { is: 'idx' })).rejects.toThrow(/cut off at byte 100; its header asks for 144/);
    await expect(read({ images: Uint8Array.from([...images, 0]) }, { is: 'idx' })).rejects.toThrow(/1 bytes follow its end \(at byte 144\)/);
    const huge = images.slice();
    huge.fill(0xff, 4, 16);
    await expect(read({ images: huge }, { is: 'idx' })).rejects.toThrow(/cut off/);
  }); // prettier-ignore

  test('survives every cut', async () => {
    await survivesCuts(
      { images: idxFile(8, [2, 2, 2], [1, 2, 3, 4, 5, 6, 7, 8]), labels },
      { is: 'idx' },
    );
    await survivesCuts({ images: gzipSync(images), labels: gzipSync(labels) }, { is: 'idx' });
  });
});

describe('NumPy arrays', () => {
  test.each([
    ['<f2', [1.5, -2]], ['<f4', [1.5, -2]], ['>f4', [1.5, -2]], ['<f8', [1.5, -2]], ['>f8', [1.5, -2]],
    ['|i1', [-1, 2]], ['<i2', [-300, 2]], ['>i4', [-70000, 2]], ['<i8', [-5, 2 ** 40]], ['|u1', [255, 0]],
    ['<u2', [65535, 0]], ['>u4', [4e9, 0]], ['<u8', [7, 2 ** 40]], ['|b1', [1, 0]],
  ] as const)('of dtype %s', (descr, values) => {
    for (const version of [1, 2, 3]) {
      const { shape, values: found } = parseNpy(npyFile(descr, [2], values, { version }), 'f');
      expect(shape).toEqual([2]);
      expect([...found]).toEqual(values);
    }
  }); // prettier-ignore

  test('in Fortran order become row-major', () => {
    // [[1, 2, 3], [4, 5, 6]] column by column.
    const { values } = parseNpy(npyFile('<f4', [2, 3], [1, 4, 2, 5, 3, 6], { fortran: true }), 'f');
    expect([...values]).toEqual([1, 2, 3, 4, 5, 6]);
    const cube = Array.from({ length: 24 }, (_, i) => i);
    const fortran = cube.map((_, at) => {
      const [a, b, c] = [at % 2, Math.floor(at / 2) % 3, Math.floor(at / 6)];
      return (a * 3 + b) * 4 + c;
    });
    expect([
      ...parseNpy(npyFile('<i4', [2, 3, 4], fortran, { fortran: true }), 'f').values,
    ]).toEqual(cube);
  });

  test('of text are labels', () => {
    expect(parseNpy(npyFile('<U3', [2], ['ab', 'çde']), 'f').values).toEqual(['ab', 'çde']);
    expect(parseNpy(npyFile('|S3', [2], ['ab', 'cde']), 'f').values).toEqual(['ab', 'cde']);
  });

  test.each([
    ['|O', /Python objects, which would have to be executed/],
    ['<c8', /dtype .*c8.* is not read/],
    ['<M8', /is not read/],
  ])('of dtype %s are refused', (descr, reason) => {
    expect(() => parseNpy(npyFile(descr, [1], []), 'f')).toThrow(reason);
  });

  test('alone, with labels, and in an archive', async () => {
    const x = npyFile('<f4', [3, 2], [1, 2, 3, 4, 5, 6]);
    const y = npyFile('<i8', [3], [0, 1, 0]);
    const single = await read({ 'x.npy': x }, { is: 'npy' });
    expect(single.summary).toMatchObject({ kind: 'table', examples: 3 });
    expect(single.summary.columns[0]).toMatchObject({ name: 'values', type: 'array', shape: [2] });
    const both = await read({ 'y.npy': y, 'x.npy': x }, { is: 'npy' });
    expect(both.summary.label).toBe('label');
    const other = npyFile(
      '<f4',
      [5, 9],
      Array.from({ length: 45 }, () => 0),
    );
    const npz = zipOf([
      { name: 'x_train.npy', bytes: x },
      { name: 'y_train.npy', bytes: y },
    ]);
    const sniffed = await sniff({ 'd.npz': npz });
    expect(sniffed).toMatchObject({ is: 'found', reading: { is: 'npz', inputs: 'x_train', labels: 'y_train' } }); // prettier-ignore
    const { examples } = await read({ 'd.npz': npz }, { is: 'npz', inputs: 'x_train', labels: 'y_train' }); // prettier-ignore
    expect(numbers(examples.columns, 'y_train')).toEqual([0, 1, 0]);
    await expect(read({ 'd.npz': npz }, { is: 'npz', inputs: 'z' })).rejects.toThrow(
      /holds no array/,
    );
    await expect(read({ 'x.npy': other, 'y.npy': y }, { is: 'npy' })).rejects.toThrow(
      /3 labels for 5/,
    );
  });

  test('with values that are no numbers are refused', async () => {
    await expect(read({ 'x.npy': npyFile('<f4', [1, 2], [1, Number.NaN]) }, { is: 'npy' })).rejects.toThrow(/not numbers/); // prettier-ignore
  });

  test('survive every cut', async () => {
    const x = npyFile('<f4', [2, 2], [1, 2, 3, 4]);
    await survivesCuts({ 'x.npy': x, 'y.npy': npyFile('<i8', [2], [0, 1]) }, { is: 'npy' });
    await survivesCuts({ 'd.npz': zipOf([{ name: 'x.npy', bytes: x }]) }, { is: 'npz', inputs: 'x' }); // prettier-ignore
  });
});

describe('sounds', () => {
  test.each([
    ['8-bit', { bits: 8 }, [0, 0.5, -1]],
    ['16-bit', { bits: 16 }, [0, 0.5, -1]],
    ['24-bit', { bits: 24 }, [0, 0.5, -1]],
    ['32-bit', { bits: 32 }, [0, 0.5, -1]],
    ['32-bit float', { bits: 32, float: true }, [0, 0.25, -1]],
    ['64-bit float', { bits: 64, float: true }, [0, 0.25, -1]],
    ['extensible', { bits: 16, extensible: true }, [0, 0.5, -1]],
    ['with other chunks', { bits: 16, extra: true }, [0, 0.5, -1]],
  ] as const)('%s', (_, format, values) => {
    const clip = parseWav(wavFile(values, format));
    expect(clip.sampleRate).toBe(8000);
    expect([...clip.samples]).toEqual(values);
  });

  test('of two channels are averaged', () => {
    expect([...parseWav(wavFile([1 / 2, 0, -1, -0.5], { bits: 16, channels: 2 })).samples]).toEqual([0.25, -0.75]); // prettier-ignore
  });

  test('take label and speaker from the name, list what is damaged', async () => {
    const good = wavFile([0.5, -0.5], { bits: 16 });
    const files = { 'd/1_ann_0.wav': good, 'd/2_bob_0.wav': good, 'd/1_bob_1.wav': good, 'd/2_ann_1.wav': good, 'd/2_ann_2.wav': good.subarray(0, 46), 'd/nolabel.wav': good }; // prettier-ignore
    const { examples, summary } = await read(files, { is: 'wav', labels: 'file-name' });
    expect(examples.columns.map(({ name }) => name)).toEqual(['audio', 'label', 'speaker', 'file']);
    expect(summary.badRows).toEqual([
      { file: 'd/2_ann_2.wav', reason: 'it is cut off at byte 46: its sound has 4 bytes' },
      { file: 'd/nolabel.wav', reason: 'its name has no label before a "_"' },
    ]);
    expect(await sniff({ 'd/1_ann_0.wav': good, 'd/2_bob_0.wav': good, 'd/1_bob_1.wav': good, 'd/2_ann_1.wav': good })).toMatchObject({ kind: 'audio', reading: { labels: 'file-name' } }); // prettier-ignore
    await expect(read({ 'a.wav': good.subarray(0, 20) }, { is: 'wav', labels: 'none' })).rejects.toThrow(/none of its rows/); // prettier-ignore
  });

  test('survive every cut', async () => {
    await survivesCuts({ 'x.wav': wavFile([0, 0.5], { bits: 16, extensible: true, extra: true }) }, { is: 'wav', labels: 'none' }); // prettier-ignore
  });
});

describe('pictures', () => {
  const cat = testImage(3, 2, 10);
  const dog = testImage(3, 2, 20);

  test('in folders and in an archive have the folder as label', async () => {
    const archive = zipOf([
      { name: 'pets/', bytes: new Uint8Array() },
      { name: 'pets/cat/1.png', bytes: cat },
      { name: 'pets/dog/1.png', bytes: dog },
      { name: 'pets/cat/2.png', bytes: cat },
      { name: 'pets/dog/2.png', bytes: dog.subarray(0, 28) },
      { name: 'pets/README.md', bytes: cat },
      { name: '__MACOSX/pets/cat/._1.png', bytes: cat },
    ]);
    const sniffed = await sniff({ 'pets.zip': archive });
    expect(sniffed).toMatchObject({ is: 'found', kind: 'images', reading: { is: 'images', labels: 'folder' } }); // prettier-ignore
    const { examples, summary } = await read({ 'pets.zip': archive }, { is: 'images', labels: 'folder' }); // prettier-ignore
    expect(summary.badRows).toEqual([{ file: 'pets.zip/pets/dog/2.png', reason: 'it is damaged' }]);
    expect(examples.columns[1]).toEqual({ is: 'strings', name: 'label', values: ['cat', 'dog', 'cat'] }); // prettier-ignore
    expect(summary.columns[0]).toMatchObject({ type: 'image', shape: [2, 3, 1] });
  });

  test('that are large are kept smaller, and gigantic ones are not decoded', async () => {
    const large = testImage(1024, 100, 7);
    const bomb = testImage(1, 1, 0);
    new DataView(bomb.buffer).setUint32(16, 100_000);
    new DataView(bomb.buffer).setUint32(20, 100_000);
    const { examples, summary } = await read({ 'a.png': large, 'b.png': bomb, 'c.png': textSource('', 'no').bytes }, { is: 'images', labels: 'none' }); // prettier-ignore
    const [column] = examples.columns;
    expect(column?.is === 'images' && column.images[0]).toMatchObject({ width: 512, height: 50 });
    expect(summary.notes).toEqual([
      '1 pictures are larger than 512 pixels and are used at that size',
    ]);
    expect(summary.badRows.map(({ reason }) => reason)).toEqual([
      'it has 100000 × 100000 pixels; at most 100000000 are decoded',
      'it is no picture that is known here',
    ]);
  });

  test('tell their kind and size before they are decoded', () => {
    const bytes = (text: string): Uint8Array => Uint8Array.from(text, (c) => c.charCodeAt(0));
    expect(imageHeader(bytes('GIF89a\x02\x00\x03\x00'))).toEqual({ mime: 'image/gif', width: 2, height: 3 }); // prettier-ignore
    const jpeg = '\xff\xd8\xff\xe0\x00\x04ab\xff\xc0\x00\x0b\x08\x00\x05\x00\x07\x01';
    expect(imageHeader(bytes(jpeg))).toEqual({ mime: 'image/jpeg', width: 7, height: 5 });
    const webp = 'RIFF\0\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0\x04\0\0\x06\0\0';
    expect(imageHeader(bytes(webp))).toEqual({ mime: 'image/webp', width: 5, height: 7 });
    expect(imageHeader(bytes('hello'))).toBeUndefined();
  });

  test('survive every cut, alone and in an archive', async () => {
    await survivesCuts({ 'a.png': cat }, { is: 'images', labels: 'none' });
    await survivesCuts({ 'a.zip': zipOf([{ name: 'a.png', bytes: cat }]) }, { is: 'images', labels: 'none' }); // prettier-ignore
  });
});
