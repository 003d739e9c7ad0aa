import type { ChunkId, ImportId } from '../../core/ids.ts';
import type { ImportSession, NewChunk } from '../../core/ports/contentStore.ts';
import type { Environment } from '../environment.ts';
import type { ChunkReader } from '../packs/chunkReader.ts';
import { encodeChunk, type BaseBytes } from '../packs/encodeChunk.ts';
import type { LiveIndex } from '../packs/liveIndex.ts';
import { discardSession } from './discardSession.ts';
import { findBase } from './findBase.ts';
import type { WaitingChunk } from './packDraft.ts';
import { packQueue } from './packQueue.ts';
import type { SessionRegistry } from './sessionRegistry.ts';
import { writePacks } from './writePacks.ts';

/** Computing goes on at most this long without letting other tasks run, in ms. */
const breathMs = 40;

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

/** Encodes a chunk against the best of its bases that can be read. */
async function prepare(
  { environment, live, reader }: SessionPorts,
  chunk: NewChunk,
  waiting: ReadonlyMap<ChunkId, WaitingChunk>,
  breathe: () => Promise<void>,
): Promise<WaitingChunk> {
  const raw = chunk.bytes;
  const replaces = live.index.has(chunk.chunk);
  // What takes the place of a bad chunk leans on nothing: others may lean on it.
  const wanted = replaces ? [] : chunk.bases;
  const bases: BaseBytes[] = [];
  const chains = new Map<ChunkId, { depth: number; chainBytes: number }>();
  for (const candidate of wanted) {
    const found = await findBase({ live, reader, waiting }, candidate, raw.length);
    if (found === undefined || chains.has(found.chunk)) continue;
    chains.set(found.chunk, found);
    bases.push(found);
  }
  const encoded = await encodeChunk(chunk, bases, environment.codecs, breathe);
  const below = encoded.base === undefined ? undefined : chains.get(encoded.base);
  return {
    chunk: chunk.chunk,
    raw,
    encoded,
    depth: below === undefined ? 0 : below.depth + 1,
    chainBytes: encoded.bytes.length + (below?.chainBytes ?? 0),
  };
}

/** Lets other tasks run when computing has gone on for long enough. */
function breather({ now, nextTask }: Environment): () => Promise<void> {
  let last = now();
  return async () => {
    if (now() - last < breathMs) return;
    await nextTask();
    last = now();
  };
}
