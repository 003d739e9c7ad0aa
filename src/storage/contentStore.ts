import type { ChunkId, ImportId } from '../core/ids.ts';
import type { ChunkStorage, ContentStore } from '../core/ports/contentStore.ts';
import { collect, type CollectorPorts } from './collect/collect.ts';
import { verify, type VerifyPorts } from './collect/verify.ts';
import { counter } from './database/counters.ts';
import { rawCodec } from './packs/directory.ts';
import type { LiveIndex } from './packs/liveIndex.ts';
import { repack, type RepackPorts } from './repack/repack.ts';
import type { OpenSession } from './sessions/importSession.ts';

export interface ContentPorts extends CollectorPorts, VerifyPorts, RepackPorts {
  readonly openSession: (id: ImportId) => Promise<OpenSession>;
  /** Names of the codecs, by id. */
  readonly codecNames: ReadonlyMap<number, string>;
}

/** Content-addressed bytes and records, over the shared database. */
export function contentStore(ports: ContentPorts): ContentStore {
  const { database, live, records, reader } = ports;
  return {
    ...records,
    async has(chunks) {
      await live.refresh();
      return chunks.map((chunk) => live.isSound(chunk));
    },
    async read(chunk) {
      if (live.content < 0) await live.refresh();
      return reader.read(chunk);
    },
    async describe(chunks) {
      await live.refresh();
      return chunks.map((chunk) => describe(live, ports.codecNames, chunk));
    },
    session: ports.openSession,
    async totals() {
      await live.refresh();
      const { chunks, rawBytes, storedBytes, directoryBytes } = live.index;
      const recordBytes = await database.read(['counters'], (tx) => counter(tx, 'recordBytes'));
      return { chunks, rawBytes, storedBytes, recordBytes: recordBytes + directoryBytes };
    },
    collect: (roots, run) => collect(ports, roots, run),
    repack: (orders, run) => repack(ports, orders, run),
    verify: (roots, run) => verify(ports, roots, run),
  };
}

function describe(
  live: LiveIndex,
  codecNames: ReadonlyMap<number, string>,
  chunk: ChunkId,
): ChunkStorage | undefined {
  const place = live.index.place(chunk);
  if (place === undefined) return undefined;
  const { rawBytes, storedBytes, codec, bases } = place;
  const name = codec === rawCodec ? 'raw' : (codecNames.get(codec) ?? `unknown codec ${codec}`);
  const depth = live.index.chain(chunk)?.depth ?? 0;
  return { chunk, rawBytes, storedBytes, codec: name, bases, depth };
}
