import { noRun, type TestBench } from '../../src/app/import/importModels.fixture.ts';
import { repackService } from '../../src/app/repack/repackService.ts';
import { savingHeading } from '../../src/core/savingHeading.ts';
import type { TableName } from '../../src/storage/database/recordDatabase.ts';
import { chunkCodecs } from '../../src/codecs/chunkCodecs.ts';

/** The forms that a chunk is stored in, and what people call them. */
export const forms = [
  ['whole', 'as they are'],
  ['alone', 'coded alone'],
  ['delta', 'exact deltas'],
  ['structure', 'exact structure'],
  ['lossy', 'steps of lossy models'],
] as const;

type Form = (typeof forms)[number][0];

/** Bytes of chunks as they are, and as they are stored. */
export interface Part {
  readonly raw: number;
  readonly stored: number;
}

/** Bytes of a lineage's models in our store, by what made them small. */
export interface StoredKinds {
  /** Of the model files. */
  readonly raw: number;
  /** Every different chunk once, by the form it is stored in. */
  readonly parts: Readonly<Record<Form, Part>>;
  /** All of them. */
  readonly chunks: Part;
  readonly records: Records;
}

/** Bytes of records, as stored. */
export interface Records {
  /** What files are made of and where it lies: skeletons, manifests, directories. */
  readonly files: number;
  /** What is kept to be found soon and can be made again: fingerprints, layer graphs, statistics. */
  readonly remade: number;
  /** Reports of trainings and tests: what no other way keeps. */
  readonly reports: number;
}

/** Bytes of all records of a store, those of its data sets included. */
export function recordsOf({ place }: Pick<TestBench, 'place'>): Records {
  const size = (value: unknown) => (value instanceof Uint8Array ? value.length : 0);
  const sum = (table: TableName, chosen: (key: string) => boolean = () => true) =>
    [...(place.disk.tables.get(table) ?? [])].reduce(
      (total, [key, value]) => total + (chosen(`${key}`) ? size(value) : 0),
      0,
    );
  const isReport = (key: string) => key.endsWith('/training') || key.endsWith('/tests');
  return {
    files: sum('skeletons') + sum('manifests') + sum('directories'),
    remade: sum('derived', (key) => !isReport(key)),
    reports: sum('derived', isReport),
  };
}

/** `a` and `b` together, or what `a` has more. */
export function addRecords(a: Records, b: Records, sign: 1 | -1 = 1): Records {
  return {
    files: a.files + sign * b.files,
    remade: a.remade + sign * b.remade,
    reports: a.reports + sign * b.reports,
  };
}

export const allRecords = ({ files, remade, reports }: Records): number => files + remade + reports;

/** What the models of a store take; data sets are left out of all but the records. */
export async function storedKinds(bench: Pick<TestBench, 'ports' | 'place'>): Promise<StoredKinds> {
  const { ports } = bench;
  const { nodes } = await ports.session.lineage();
  const used = await ports.use.chunksOf(nodes.keys());
  const described = (await ports.content.describe([...used])).flatMap((chunk) => chunk ?? []);
  if (described.length !== used.size) throw new Error('a chunk that is not stored');
  const partOf = (form?: Form): Part => {
    const some = described.filter(
      (chunk) => form === undefined || savingHeading(chunk.codec, chunk.bases.length) === form,
    );
    return {
      raw: some.reduce((sum, { rawBytes }) => sum + rawBytes, 0),
      stored: some.reduce((sum, { storedBytes }) => sum + storedBytes, 0),
    };
  };
  const records = recordsOf(bench);
  const { recordBytes } = await ports.content.totals();
  if (allRecords(records) !== recordBytes)
    throw new Error(`records are ${allRecords(records)} bytes, and the store says ${recordBytes}`);
  return {
    raw: [...nodes.values()].reduce((sum, { summary }) => sum + summary.sizeBytes, 0),
    parts: partsOf(partOf),
    chunks: partOf(),
    records,
  };
}

/** What models take as they are, and after the store was repacked. */
export async function repacked(
  bench: Pick<TestBench, 'ports' | 'place'>,
): Promise<{ readonly imported: StoredKinds; readonly ours: StoredKinds }> {
  const imported = await storedKinds(bench);
  const service = repackService({ ...bench.ports, codecs: chunkCodecs() });
  const { id } = await service.plan(noRun);
  await service.run(id, noRun);
  return { imported, ours: await storedKinds(bench) };
}

/** Stores of several lineages together. */
export function summedKinds(all: readonly StoredKinds[]): StoredKinds {
  const sum = (of: (one: StoredKinds) => number) => all.reduce((total, one) => total + of(one), 0);
  const part = (of: (one: StoredKinds) => Part): Part => ({
    raw: sum((one) => of(one).raw),
    stored: sum((one) => of(one).stored),
  });
  return {
    raw: sum(({ raw }) => raw),
    parts: partsOf((form) => part(({ parts }) => parts[form])),
    chunks: part(({ chunks }) => chunks),
    records: all.map(({ records }) => records).reduce((a, b) => addRecords(a, b)),
  };
}

function partsOf(of: (form: Form) => Part): Record<Form, Part> {
  return Object.fromEntries(forms.map(([form]) => [form, of(form)])) as Record<Form, Part>;
}
