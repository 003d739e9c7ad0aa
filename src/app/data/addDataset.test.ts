import { describe, expect, it } from 'vitest';
import type { DatasetId } from '../../core/ids.ts';
import { isLineageError } from '../../core/lineageError.ts';
import { annotateDataset, removeDataset, renameDataset } from '../../core/lineage/editDatasets.ts';
import { dataReader } from '../../formats/data/dataReader.ts';
import { bytesSource } from '../create/bytesSource.ts';
import { noRun, testBench, type TestBench } from '../import/importModels.fixture.ts';
import { collectGarbage } from '../storage/collectGarbage.ts';
import { checkIntegrity } from '../storage/checkIntegrity.ts';
import { reportStorage } from '../storage/reportStorage.ts';
import { undoOperation } from '../undoOperation.ts';
import { addDataset, dataName } from './addDataset.ts';
import { dataFiles } from './readData.ts';

const table = ['a,b,kind', '1,2,yes', '3,4,no', '5,6,yes', '7,8,no'].join('\n');
const file = (path: string, text: string) => bytesSource(path, new TextEncoder().encode(text));
const images = { decode: () => Promise.reject(new Error('no pictures here')) };
const data = dataReader({ images, pause: () => Promise.resolve() });

async function bench() {
  const made = await testBench();
  return { ...made, ports: { ...made.ports, data } };
}

async function datasets({ ports }: Pick<TestBench, 'ports'>) {
  return [...(await ports.session.lineage()).datasets.values()];
}

describe('dataName', () => {
  const named = (...paths: string[]) => dataName(paths.map((path) => file(path, '')));

  it('is what files have in common: a folder, or the beginning of their names', () => {
    expect(named('a/iris.data')).toBe('iris');
    expect(named('fsdd/0_ann_0.wav', 'fsdd/1_ann_0.wav')).toBe('fsdd');
    expect(named('t10k-images-idx3-ubyte.gz', 't10k-labels-idx1-ubyte.gz')).toBe('t10k');
    expect(named('0_ann_0.wav', '1_ann_0.wav', '2_ann_0.wav')).toBe('0_ann_0 and 2 more');
  });
});

describe('addDataset', () => {
  it('stores the files byte for byte and says what is in them', async () => {
    const { ports } = await bench();
    const report = await addDataset(ports, [file('kinds.csv', table)], {}, noRun);
    expect(report).toMatchObject({ name: 'kinds', existing: false });
    expect(report.summary).toMatchObject({ kind: 'table', examples: 4, label: 'kind' });
    for (const { snapshot } of await datasets({ ports }))
      for (const stored of await dataFiles(ports, snapshot, noRun)) {
        const bytes = await stored.read(0, stored.sizeBytes);
        expect(new TextDecoder().decode(bytes)).toBe(table);
      }
    expect(await datasets({ ports })).toHaveLength(1);
  });

  it('knows the same files again', async () => {
    const { ports } = await bench();
    const first = await addDataset(ports, [file('kinds.csv', table)], {}, noRun);
    const again = await addDataset(ports, [file('kinds.csv', table)], {}, noRun);
    expect(again).toMatchObject({ id: first.id, existing: true });
    expect(await ports.log.pendingImports()).toEqual([]);
  });

  it('adds nothing of a file that is no data set', async () => {
    const { ports } = await bench();
    const failed = await addDataset(
      ports,
      [file('broken.npy', '\x93NUMPY\x01\x00 truncated')],
      {},
      noRun,
    ).catch((error: unknown) => error);
    expect(isLineageError(failed, 'dataset-invalid')).toBe(true);
    expect(await datasets({ ports })).toEqual([]);
    expect((await ports.content.totals()).chunks).toBe(0);
    expect(await ports.log.pendingImports()).toEqual([]);
  });

  it('survives collection, is renamed, removed and brought back', async () => {
    const { ports } = await bench();
    const big = `${table}\n${Array.from({ length: 500 }, (_, i) => `${i},${i + 1},yes`).join('\n')}`;
    const { id } = await addDataset(ports, [file('kinds.csv', big)], {}, noRun);
    await collectGarbage(ports, noRun);
    expect(await checkIntegrity(ports, noRun)).toMatchObject({ ok: true });
    await ports.session.commit((now) => renameDataset(now, id, 'answers'));
    await ports.session.commit((now) => removeDataset(now, id));
    expect(await datasets({ ports })).toEqual([]);
    await undoOperation(ports.session, ports.log, 'undo');
    expect((await datasets({ ports })).map((each) => each.name)).toEqual(['answers']);
    const gone = ports.session.commit((now) => renameDataset(now, 'none' as DatasetId, 'x'));
    await expect(gone).rejects.toMatchObject({ code: 'dataset-missing' });
  });

  it('keeps notes that are written later, and takes them back', async () => {
    const { ports } = await bench();
    const { id } = await addDataset(ports, [file('kinds.csv', table)], { notes: 'old' }, noRun);
    await ports.session.commit((now) => annotateDataset(now, id, 'made by hand'));
    expect(await datasets({ ports })).toMatchObject([{ notes: 'made by hand' }]);
    await undoOperation(ports.session, ports.log, 'undo');
    expect(await datasets({ ports })).toMatchObject([{ notes: 'old' }]);
  });

  it('counts among the files of the whole store, not of a selection of models', async () => {
    const { ports } = await bench();
    await addDataset(ports, [file('kinds.csv', table)], {}, noRun);
    const all = await reportStorage(ports);
    expect(all).toMatchObject({ rawBytes: table.length, models: 0, datasets: 1 });
    expect(await reportStorage(ports, [])).toMatchObject({ rawBytes: 0, datasets: 0 });
  });

  it('gives a taken name a number', async () => {
    const { ports } = await bench();
    await addDataset(ports, [file('kinds.csv', table)], {}, noRun);
    const other = await addDataset(ports, [file('kinds.csv', `${table}\n9,9,no`)], {}, noRun);
    expect(other.name).toBe('kinds (2)');
  });
});
