import { chunkCodecs } from '../../src/codecs/chunkCodecs.ts';
import type { TestBench } from '../../src/app/import/importModels.fixture.ts';

/** Bytes of a lineage's models in our store, by what made them small. */
export interface StoredKinds {
  /** Of the model files. */
  readonly raw: number;
  /** Every different chunk once, as it is. */
  readonly shared: number;
  /** What coding by themselves, exact deltas, exact structure and steps of lossy models save of that. */
  readonly alone: number;
  readonly delta: number;
  readonly structure: number;
  readonly lossy: number;
  /** All chunks as they are stored. */
  readonly chunks: number;
  /** Skeletons, manifests, derived values and directories, as stored. */
  readonly records: number;
  /** Stored bytes by the name of the codec. */
  readonly codecs: ReadonlyMap<string, number>;
}

type Saving = 'alone' | 'delta' | 'structure' | 'lossy';

/** The kind of saving of each codec by its name. */
function kindsOfCodecs(): Map<string, Saving> {
  return new Map(chunkCodecs().map(({ name, needs, id }) => [name, kindOf(needs, id)]));
}

function kindOf(needs: string, id: number): Saving {
  // Codecs of lossy steps, by docs/storage-format.md.
  if (id === 8 || id === 9) return 'lossy';
  if (needs === 'nothing') return 'alone';
  return needs === 'base' ? 'delta' : 'structure';
}

/** What the models of a store take; data sets are left out of all but the records. */
export async function storedKinds(ports: TestBench['ports']): Promise<StoredKinds> {
  const { nodes } = await ports.session.lineage();
  const chunks = await ports.use.chunksOf(nodes.keys());
  const saved = { alone: 0, delta: 0, structure: 0, lossy: 0 };
  const codecs = new Map<string, number>();
  const kinds = kindsOfCodecs();
  let [shared, stored] = [0, 0];
  for (const chunk of await ports.content.describe([...chunks])) {
    if (chunk === undefined) throw new Error('a chunk that is not stored');
    shared += chunk.rawBytes;
    stored += chunk.storedBytes;
    codecs.set(chunk.codec, (codecs.get(chunk.codec) ?? 0) + chunk.storedBytes);
    const kind = kinds.get(chunk.codec);
    if (kind !== undefined) saved[kind] += chunk.rawBytes - chunk.storedBytes;
  }
  const raw = [...nodes.values()].reduce((sum, { summary }) => sum + summary.sizeBytes, 0);
  const { recordBytes } = await ports.content.totals();
  return { raw, shared, ...saved, chunks: stored, records: recordBytes, codecs };
}
