import { describe, expect, test } from 'vitest';
import { assembleBatch } from '../../core/data/batches.ts';
import { prepareData } from '../../core/data/prepare.ts';
import { proposeUse, type ProposalWishes } from '../../core/data/proposeUse.ts';
import type { SnapshotId } from '../../core/ids.ts';
import type { Dtype } from '../../core/dtype.ts';
import { literal } from '../../core/network/literal.ts';
import type { Extent, Network } from '../../core/network/network.ts';
import type { ByteSource } from '../../core/ports/modelFormats.ts';
import {
  datasetFiles,
  datasetsTitle,
  hasDatasets,
  quietRun,
  testPorts,
  textSource,
} from './dataset.fixture.ts';
import { readDataset } from './readDataset.ts';
import { sniffData } from './sniffData.ts';

/** A network of which only the signature counts; with an embedding of so many rows. */
function network(input: readonly Extent[], units: number, dtype: Dtype = 'f32', words?: number): Network {
  return {
    name: 'net',
    opsets: { '': 17 },
    inputs: [{ name: 'x', dtype, shape: ['N', ...input] }],
    outputs: [{ name: 'y', dtype: 'f32', shape: ['N', units] }],
    initializers: new Map(words === undefined ? [] : [['table', literal('f32', [words, 1], new Float32Array(words))]]),
    nodes: words === undefined ? [] : [
      { op: 'Cast', name: '', inputs: ['x'], outputs: ['ids'], attributes: {} },
      { op: 'Gather', name: '', inputs: ['table', 'ids'], outputs: ['y'], attributes: {} },
    ],
  };
} // prettier-ignore

async function data(files: readonly ByteSource[]) {
  const sniffed = await sniffData(files);
  if (sniffed.is !== 'found') throw new Error(sniffed.why);
  const read = await readDataset(sniffed.files, sniffed.reading, testPorts, quietRun);
  return { dataset: 's' as SnapshotId, name: 'data', reading: sniffed.reading, ...read };
}

/** Proposes, prepares and assembles: what a person gets who changes nothing. */
async function firstBatch(files: readonly ByteSource[], net: Network, wishes?: ProposalWishes) {
  const usable = await data(files);
  const { use, replaceHeads } = proposeUse(net, usable, wishes);
  const prepared = prepareData(usable.examples, use);
  const rows = Array.from({ length: prepared.train.count }, (_, row) => row);
  return { use, replaceHeads, prepared, batch: assembleBatch(prepared, prepared.train, rows) };
}

function moments(values: ArrayLike<number>): [mean: number, deviation: number] {
  const all = Array.from(values);
  const mean = all.reduce((sum, value) => sum + value, 0) / all.length;
  return [mean, Math.sqrt(all.reduce((sum, value) => sum + (value - mean) ** 2, 0) / all.length)];
}

describe.skipIf(!hasDatasets)(`proposals for real data${datasetsTitle}`, () => {
  test('a row of numbers is standardised by feature on the training part', async () => {
    const { use, prepared, batch, replaceHeads } = await firstBatch(datasetFiles('wine'), network([13], 3)); // prettier-ignore
    expect(use.targets['y']).toEqual({ column: 'c1', classes: ['0', '1', '3'] });
    expect(replaceHeads).toEqual([]);
    expect([prepared.train.count, prepared.validation.count, prepared.test.count]).toEqual([142, 18, 18]); // prettier-ignore
    const x = batch.inputs.get('x') ?? [];
    for (let feature = 0; feature < 13; feature++) {
      const [mean, deviation] = moments(Array.from({ length: 142 }, (_, row) => x[row * 13 + feature] ?? 0)); // prettier-ignore
      expect(mean).toBeCloseTo(0, 4);
      expect(deviation).toBeCloseTo(1, 4);
    }
  });

  test('64 numbers become the grid that a convolution takes', async () => {
    const { use, batch } = await firstBatch(datasetFiles('optdigits'), network([1, 8, 8], 10));
    expect(use.inputs['x']).toMatchObject({ is: 'numbers', shape: [1, 8, 8] });
    const [mean, deviation] = moments(batch.inputs.get('x') ?? []);
    expect([mean.toFixed(4), deviation.toFixed(4)]).toEqual(['0.0000', '1.0000'].map((v) => (mean < 0 && v === '0.0000' ? '-0.0000' : v))); // prettier-ignore
    expect(use.targets['y']?.classes).toEqual(['0', '1', '2', '3', '4', '5', '6', '7', '8', '9']);
  });

  test('pictures become 0 to 1, in any size and as a row', async () => {
    const files = datasetFiles('mnist');
    const grid = await firstBatch(files, network([1, 28, 28], 10));
    expect(grid.use.inputs['x']).toMatchObject({
      is: 'image',
      height: 28,
      width: 28,
      scale: 1 / 255,
    });
    const values = grid.batch.inputs.get('x') ?? new Float32Array();
    expect(values.length).toBe(8000 * 784);
    expect(values.some((value) => value === 1)).toBe(true);
    expect(values.every((value) => value >= 0 && value <= 1)).toBe(true);
    const row = await firstBatch(files, network([784], 26));
    // Element by element the assertion takes minutes.
    const flat = row.batch.inputs.get('x');
    expect(flat?.length === values.length && flat.every((value, i) => value === values[i])).toBe(
      true,
    );
    expect(row.replaceHeads).toEqual([{ output: 'y', units: 26, classes: 10 }]);
    expect(row.prepared.train.columns[0]).toMatchObject({ holds: 'image', dtype: 'u8', shape: [28, 28] }); // prettier-ignore
    const colour = await firstBatch(files, network([16, 16, 3], 10));
    expect(colour.use.inputs['x']).toMatchObject({ layout: 'NHWC', channels: 3, height: 16 });
  });

  test('sentences become as many words as the embedding knows', async () => {
    const files = datasetFiles('sentiment');
    const { use, batch } = await firstBatch(files, network([32], 2, 'i64', 5000));
    expect(use.inputs['x']).toEqual({ is: 'tokens', column: 'text', tokenizer: 'words', vocabulary: 5000, length: 32 }); // prettier-ignore
    const ids = batch.inputs.get('x');
    expect(ids).toBeInstanceOf(Int32Array);
    expect(ids?.every((id) => id >= 0 && id < 5000)).toBe(true);
    const bytes = await firstBatch(files, network(['length'], 2, 'i32', 257));
    expect(bytes.use.inputs['x']).toMatchObject({ tokenizer: 'bytes', length: 64 });
  });

  test('sound becomes samples or a spectrum', async () => {
    const files = datasetFiles('fsdd');
    const wave = await firstBatch(files, network([1, 4000], 10));
    expect(wave.use.inputs['x']).toEqual({ is: 'wave', column: 'audio', sampleRate: 8000, samples: 4000, shape: [1, 4000] }); // prettier-ignore
    const mel = await firstBatch(files, network([1, 40, 32], 10));
    expect(mel.use.inputs['x']).toMatchObject({ is: 'log-mel', mels: 40, frames: 32, window: 256, shape: [1, 40, 32] }); // prettier-ignore
    const [mean, deviation] = moments(mel.batch.inputs.get('x') ?? []);
    expect(mean).toBeCloseTo(0, 4);
    expect(deviation).toBeCloseTo(1, 4);
    const open = await firstBatch(files, network([40, 'frames'], 10));
    expect(open.use.inputs['x']).toMatchObject({ is: 'log-mel', mels: 40 });
    const speakers = await firstBatch(files, network([1, 4000], 4), { label: 'speaker' });
    expect(speakers.use.targets['y']?.classes).toEqual(['george', 'jackson', 'nicolas', 'theo']);
  });

  test('what does not fit is refused with what would', async () => {
    const wine = await data(datasetFiles('wine'));
    expect(() => proposeUse(network([64], 3), wine)).toThrow(/takes \[N, 64\], and the data has 13 columns of numbers beside .*c1/); // prettier-ignore
    expect(() => proposeUse(network([13], 3, 'i64', 100), wine)).toThrow(/holds no sentences/);
    const digits = await data(datasetFiles('fsdd'));
    expect(() => proposeUse(network([13], 3), digits)).toThrow(/takes samples/);
    const mnist = await data(datasetFiles('mnist'));
    expect(() => proposeUse(network([64], 10), mnist)).toThrow(/pictures are 28 × 28.* or 784 numbers/); // prettier-ignore
    const sentences = await data(datasetFiles('sentiment'));
    expect(() => proposeUse(network([32], 2, 'i64'), sentences)).toThrow(/no embedding follows/);
    expect(() => proposeUse(network([32], 2), sentences)).toThrow(
      /no columns of numbers .*sentences.*: choose a model that takes such data/,
    );
  });
});

describe('proposals', () => {
  const rows = Array.from({ length: 200 }, (_, i) => `${i},${(i * 7) % 50},${i / 3}`).join('\n');
  const files = [textSource('h.csv', `a,b,target\n${rows}`)];

  test('predict fractions as numbers, standardised on the training part', async () => {
    const { use, batch, replaceHeads } = await firstBatch(files, network([2], 1));
    expect(use.targets['y']).toMatchObject({ column: 'target' });
    expect(use.targets['y']?.classes).toBeUndefined();
    const [mean, deviation] = moments(batch.targets.get('y') ?? []);
    expect(mean).toBeCloseTo(0, 4);
    expect(deviation).toBeCloseTo(1, 4);
    expect(replaceHeads).toEqual([]);
  });

  test('keep the order of classes that the model already has', async () => {
    const text = 'v,label\n' + Array.from({ length: 40 }, (_, i) => `${i},${i % 2 ? 'dog' : 'cat'}`).join('\n'); // prettier-ignore
    const known = ['fox', 'dog', 'cat'];
    const { use, replaceHeads } = await firstBatch([textSource('p.csv', text)], network([1], 3), { classes: { y: known } }); // prettier-ignore
    expect(use.targets['y']?.classes).toEqual(known);
    expect(replaceHeads).toEqual([]);
  });

  test('ask for a label where there is none', async () => {
    const unlabelled = await data([textSource('n.csv', '0.5,1.5\n2.5,3.5\n4.5,5.25')]);
    expect(() => proposeUse(network([2], 2), unlabelled)).toThrow(/no column to predict/);
  });
});
