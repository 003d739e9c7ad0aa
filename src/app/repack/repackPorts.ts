import type { ChunkCodec } from '../../core/ports/chunkCodec.ts';
import type { ContentStore } from '../../core/ports/contentStore.ts';
import type { WriterLock } from '../../core/ports/lineageLog.ts';
import type { LineageSession } from '../lineageSession.ts';

/** What repacking needs from outside. */
export interface RepackPorts {
  readonly session: LineageSession;
  readonly content: ContentStore;
  readonly lock: WriterLock;
  /** Those that the store writes with: sizes are found by encoding samples. */
  readonly codecs: readonly ChunkCodec[];
  /** ms, from any point in time. */
  readonly now: () => number;
  readonly newId: () => string;
}
