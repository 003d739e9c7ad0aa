import { chunkCodecs } from '../../../src/codecs/chunkCodecs.ts';
import type { ChunkId, ImportId } from '../../../src/core/ids.ts';
import type { NewChunk } from '../../../src/core/ports/contentStore.ts';
import { deleteIdbDatabase } from '../../../src/storage/idb/idbDatabase.ts';
import { openIdbStores } from '../../../src/storage/idb/openIdbStores.ts';
import type { Stores } from '../../../src/storage/openStores.ts';
import { subtleHasher } from '../../../src/storage/subtleHasher.ts';
import { readAhead } from '../../../src/app/readAhead.ts';
import { bytesOf, normal } from '../../node/syntheticWeights.ts';

/** Reading a whole model: its bytes, those stored of it and of all below it, and how long it took. */
export interface ReadingResult {
  readonly depth: number;
  readonly rawBytes: number;
  readonly storedBytes: number;
  /** Best of the runs, each in a store opened afresh. */
  readonly ms: number;
}

const chunkBytes = 4 * 1024 * 1024;
const name = 'bench-reading';
const deepest = 8;

/**
 * A model and eight descendants, each its parent + N(0, 3e-4), and the time to read those at depth 0,
 * 1, 4 and 8 from end to end as an export does.
 */
export async function readChains(modelBytes: number, runs: number): Promise<ReadingResult[]> {
  await deleteIdbDatabase(name);
  const generations = await fill(modelBytes / chunkBytes);
  const results: ReadingResult[] = [];
  for (const depth of [0, 1, 4, deepest]) {
    const chunks = generations[depth] ?? [];
    let ms = Infinity;
    let storedBytes = 0;
    for (let run = 0; run < runs; run++) {
      const stores = await open();
      const described = await stores.content.describe(chunks);
      const reached = Math.max(...described.map((one) => one?.depth ?? 0));
      if (reached !== depth) throw new Error(`a chain of ${reached} instead of ${depth}`);
      storedBytes = described.reduce((sum, one) => sum + (one?.storedBytes ?? 0), 0);
      ms = Math.min(ms, await readAll(stores, chunks));
      stores.close();
    }
    results.push({ depth, rawBytes: chunks.length * chunkBytes, storedBytes, ms });
  }
  await deleteIdbDatabase(name);
  return results;
}

function open(): Promise<Stores> {
  return openIdbStores({ name, codecs: chunkCodecs() });
}

/** Stores the family; gives the chunks of each generation, in order. */
async function fill(count: number): Promise<ChunkId[][]> {
  const { content, log, close } = await open();
  const session = await content.session('fill' as ImportId);
  const generations: ChunkId[][] = [];
  for (let depth = 0; depth <= deepest; depth++) {
    const chunks: ChunkId[] = [];
    for (let at = 0; at < count; at++) {
      const base = generations[depth - 1]?.[at];
      const bytes = weights(at, base === undefined ? undefined : await content.read(base));
      const chunk = (await subtleHasher().sha256(bytes)) as ChunkId;
      const element: NewChunk['element'] = { bytes: 4, float: true };
      await session.put([{ chunk, bytes, element, bases: base === undefined ? [] : [base] }]);
      chunks.push(chunk);
    }
    await session.flush();
    generations.push(chunks);
  }
  await log.endImport(session.id);
  close();
  return generations;
}

/** Normal numbers made once: making them anew would take longer than all the rest. */
const steps = (() => {
  const next = normal(7);
  return new Float32Array(chunkBytes / 4 + 4096).map(() => next());
})();

function weights(seed: number, parent: Uint8Array<ArrayBuffer> | undefined) {
  const from = (seed * 131) % 4096;
  const numbers = steps.subarray(from, from + chunkBytes / 4);
  if (parent === undefined) return bytesOf(numbers.map((value) => 0.05 * value));
  const before = new Float32Array(parent.buffer, parent.byteOffset, chunkBytes / 4);
  const turned = (seed * 7919 + (before[0] ?? 0) * 1e6) | 0;
  const length = before.length;
  return bytesOf(
    before.map((value, at) => value + 3e-4 * (numbers[(at + (turned & 0xffff)) % length] ?? 0)),
  );
}

async function readAll({ content }: Stores, chunks: readonly ChunkId[]): Promise<number> {
  const started = performance.now();
  const ahead = readAhead(content, chunks);
  let bytes = 0;
  for (const chunk of chunks) bytes += (await ahead.read(chunk)).length;
  if (bytes !== chunks.length * chunkBytes) throw new Error('bytes are missing');
  return performance.now() - started;
}
