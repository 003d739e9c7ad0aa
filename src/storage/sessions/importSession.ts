import type { ChunkId, ImportId } from '../../core/ids.ts';
import type { ImportSession, NewChunk } from '../../core/ports/contentStore.ts';
import type { Environment } from '../environment.ts';
import type { ChunkReader } from '../packs/chunkReader.ts';
import { encodeChunk } from '../packs/encodeChunk.ts';
import type { LiveIndex } from '../packs/liveIndex.ts';
import { breather } from '../platform/breather.ts';
import { discardSession } from './discardSession.ts';
import { findLeanings } from './findBase.ts';
import { leaningOf, type WaitingChunk } from './packDraft.ts';
import { packQueue } from './packQueue.ts';
import type { SessionRegistry } from './sessionRegistry.ts';
import { writePacks } from './writePacks.ts';

export interface SessionPorts {
  readonly environment: Environment;
  readonly live: LiveIndex;
  readonly reader: ChunkReader;
  readonly registry: SessionRegistry;
}

/** A session whose end the store hears of. */
export interface OpenSession extends ImportSession {
  /** No more is put; what is being written is waited for. */
  close(): Promise<void>;
}

/** An import's way to store chunks. The session must be open in the registry. */
export function importSession(ports: SessionPorts, id: ImportId): OpenSession {
  const { environment, live } = ports;
  const { database } = environment;
  const packs = packQueue((batch) => writePacks(database, live, id, batch));
  const breathe = breather(environment);
  let queue: Promise<void> = Promise.resolve();
  let ended = false;

  function check(): void {
    packs.check();
    if (ended) throw new Error(`import ${id} has ended`);
  }

  async function putAll(chunks: readonly NewChunk[]): Promise<void> {
    await live.refresh();
    for (const chunk of chunks) {
      check();
      if (live.isSound(chunk.chunk) || packs.waiting.has(chunk.chunk)) continue;
      await packs.add(await prepare(ports, chunk, packs.waiting, breathe));
    }
    check();
  }

  async function close(): Promise<void> {
    ended = true;
    await queue;
    await packs.settled();
  }

  return {
    id,
    put(chunks) {
      const result = queue.then(() => putAll(chunks));
      queue = result.catch(() => undefined);
      return result;
    },
    async flush() {
      await queue;
      check();
      await packs.flush();
      check();
    },
    close,
    async discard() {
      await close();
      await discardSession(database, live, id);
      ports.registry.release(id);
    },
  };
}

/** Encodes a chunk in the best of the ways that its bases and derivations allow. */
async function prepare(
  { environment, live, reader }: SessionPorts,
  chunk: NewChunk,
  waiting: ReadonlyMap<ChunkId, WaitingChunk>,
  breathe: () => Promise<void>,
): Promise<WaitingChunk> {
  const raw = chunk.bytes;
  // What takes the place of a bad chunk leans on nothing: others may lean on it.
  const replaces = live.index.has(chunk.chunk);
  const sources = {
    reader,
    lookUp: (one: ChunkId) => leaningOf(waiting.get(one)) ?? live.sound(one),
    waiting: (one: ChunkId) => waiting.get(one)?.raw,
  };
  const leanings = replaces
    ? { bases: [], derivations: [] }
    : await findLeanings(sources, { ...chunk, rawBytes: raw.length });
  const encoded = await encodeChunk(chunk, leanings, environment.codecs, breathe);
  return { chunk: chunk.chunk, raw, encoded };
}
