import { savingHeading } from '../../src/app/storage/savingHeading.ts';
import type { TestBench } from '../../src/app/import/importModels.fixture.ts';

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
  /** Skeletons, manifests, derived values and directories, as stored. */
  readonly records: number;
}

/** What the models of a store take; data sets are left out of all but the records. */
export async function storedKinds(ports: TestBench['ports']): Promise<StoredKinds> {
  const { nodes } = await ports.session.lineage();
  const used = await ports.use.chunksOf(nodes.keys());
  const described = (await ports.content.describe([...used])).flatMap((chunk) => chunk ?? []);
  if (described.length !== used.size) throw new Error('a chunk that is not stored');
  const partOf = (form?: Form): Part => {
    const some = described.filter((chunk) => form === undefined || savingHeading(chunk) === form);
    return {
      raw: some.reduce((sum, { rawBytes }) => sum + rawBytes, 0),
      stored: some.reduce((sum, { storedBytes }) => sum + storedBytes, 0),
    };
  };
  const { recordBytes } = await ports.content.totals();
  return {
    raw: [...nodes.values()].reduce((sum, { summary }) => sum + summary.sizeBytes, 0),
    parts: partsOf(partOf),
    chunks: partOf(),
    records: recordBytes,
  };
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
    records: sum(({ records }) => records),
  };
}

function partsOf(of: (form: Form) => Part): Record<Form, Part> {
  return Object.fromEntries(forms.map(([form]) => [form, of(form)])) as Record<Form, Part>;
}
