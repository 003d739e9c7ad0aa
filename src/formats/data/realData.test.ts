import { describe, expect, test } from 'vitest';
import type { Reading } from '../../core/data/dataset.ts';
import { valueText } from '../../core/data/rawExamples.ts';
import type { ByteSource } from '../../core/ports/modelFormats.ts';
import {
  datasetFiles,
  datasetsTitle,
  hasDatasets,
  quietRun,
  testPorts,
} from './dataset.fixture.ts';
import { readDataset, type ReadDataset } from './readDataset.ts';
import { sniffData } from './sniffData.ts';

async function found(
  files: readonly ByteSource[],
): Promise<ReadDataset & { reading: Reading; left: string[] }> {
  const sniffed = await sniffData(files);
  if (sniffed.is !== 'found') throw new Error(sniffed.why);
  const read = await readDataset(sniffed.files, sniffed.reading, testPorts, quietRun);
  return { ...read, reading: sniffed.reading, left: sniffed.leftOut.map(({ file }) => file) };
}

function classes({ summary }: ReadDataset): Record<string, number> {
  const label = summary.columns.find(({ name }) => name === summary.label);
  return Object.fromEntries((label?.values ?? []).map(({ value, count }) => [value, count]));
}

describe.skipIf(!hasDatasets)(`the data sets beside the repository${datasetsTitle}`, () => {
  test.each([
    ['optdigits', 5620, 65, 'c65', 10],
    ['pendigits', 10992, 17, 'c17', 10],
    ['letter', 20000, 17, 'c1', 26],
    ['satimage', 6435, 37, 'c37', 6],
    ['iris', 150, 5, 'c5', 3],
    ['wine', 178, 14, 'c1', 3],
  ])(
    '%s: %i rows, %i columns, label %s of %i classes',
    async (name, rows, columns, label, count) => {
      const data = await found(datasetFiles(name));
      expect(data.summary.examples).toBe(rows);
      expect(data.summary.badRowCount, JSON.stringify(data.summary.badRows.slice(0, 3))).toBe(0);
      expect(data.reading.is === 'delimited' && data.reading.columns.length).toBe(columns);
      expect(data.summary.label).toBe(label);
      expect(Object.keys(classes(data))).toHaveLength(count);
      expect(data.left).toContain(`${name}/SOURCE.md`);
      const features = data.summary.columns.filter(
        (one) => one.type === 'number' && one.name !== label,
      );
      expect(features).toHaveLength(columns - 1);
    },
  );

  test('MNIST: IDX in gzip', async () => {
    const data = await found(datasetFiles('mnist'));
    expect(data.reading).toEqual({ is: 'idx' });
    expect(data.summary.kind).toBe('images');
    expect(data.summary.examples).toBe(10000);
    expect(data.summary.columns[0]).toMatchObject({
      name: 'image',
      type: 'image',
      shape: [28, 28],
    });
    // Source: the known class counts of the test part.
    expect(classes(data)).toEqual({ 0: 980, 1: 1135, 2: 1032, 3: 1010, 4: 982, 5: 892, 6: 958, 7: 1028, 8: 974, 9: 1009 }); // prettier-ignore
    const [image] = data.examples.columns;
    expect(image?.is === 'numbers' && image.data.length).toBe(7840000);
  });

  test('spoken digits: labels and speakers from the names', async () => {
    const data = await found(datasetFiles('fsdd'));
    expect(data.reading).toEqual({ is: 'wav', labels: 'file-name' });
    expect(data.summary.examples).toBe(480);
    expect(Object.values(classes(data))).toEqual(new Array(10).fill(48));
    const speakers = data.summary.columns.find(({ name }) => name === 'speaker');
    expect(speakers?.values?.map(({ value }) => value).sort()).toEqual(['george', 'jackson', 'nicolas', 'theo']); // prettier-ignore
    const audio = data.examples.columns[0];
    if (audio?.is !== 'audio') throw new Error('no audio');
    expect(audio.clips[0]?.sampleRate).toBe(8000);
    expect(audio.clips[0]?.samples).toHaveLength((4812 - 44) / 2);
  });

  test('sentences: three files, told apart', async () => {
    const data = await found(datasetFiles('sentiment'));
    expect(data.reading).toEqual({ is: 'lines', labelled: true });
    expect(data.summary.badRowCount).toBe(0);
    expect(data.summary.examples).toBe(3000);
    expect(classes(data)).toEqual({ 0: 1500, 1: 1500 });
    const text = data.examples.columns[0];
    expect(text && valueText(text, 1000)).toContain(
      'A very, very, very slow-moving, aimless movie',
    );
    expect(data.summary.columns.find(({ name }) => name === 'file')?.values).toHaveLength(3);
  });
});
