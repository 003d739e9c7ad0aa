import type { ChunkCodec } from '../core/ports/chunkCodec.ts';
import type { HeadRecord } from '../core/ports/headRecord.ts';
import type { Hasher } from '../core/ports/hasher.ts';
import type { RecordDatabase } from './database/recordDatabase.ts';
import type { Announcer } from './platform/announcer.ts';
import type { Locks } from './platform/locks.ts';

/** What the store stands on: the adapters differ in these parts and in nothing else. */
export interface Environment {
  readonly database: RecordDatabase;
  readonly locks: Locks;
  readonly announcer: Announcer;
  readonly hasher: Hasher;
  readonly codecs: readonly ChunkCodec[];
  readonly head: HeadRecord;
  /** ms since 1970. */
  readonly now: () => number;
  /** A random id. */
  readonly newId: () => string;
  /** Resolves in another macrotask, so that messages and aborts come through. */
  readonly nextTask: () => Promise<void>;
}
