import type { ImportId } from '../../core/ids.ts';
import { LineageError } from '../../core/lineageError.ts';
import type { PendingImport } from '../../core/ports/lineageLog.ts';
import type { SessionRecord } from '../database/recordDatabase.ts';
import type { Environment } from '../environment.ts';

/** How long the chunks of an import that a crash ended are kept for its resumption: a week, in ms. */
export const resumableMs = 7 * 24 * 3600 * 1000;

/** Sessions as the collector sees them. */
export interface SessionCensus {
  /** Whether an import runs now, in any tab. */
  readonly alive: boolean;
  /** Sessions that a crash ended, and how often each had been opened. */
  readonly dead: ReadonlyMap<string, SessionRecord>;
  /** Those of `dead` that may still be resumed. */
  readonly resumable: ReadonlySet<string>;
}

/** Which imports run, in this tab and others. An import is alive while its lock is held. */
export interface SessionRegistry {
  /**
   * Marks an import as running here.
   *
   * @throws LineageError `storage-unavailable` if it runs in another tab.
   */
  open(id: ImportId): Promise<void>;
  /** Says that it does not run here any more. */
  release(id: ImportId): void;
  running(): Promise<Set<string>>;
  census(): Promise<SessionCensus>;
}

const lockPrefix = 'import:';

export function sessionRegistry({ database, locks, now }: Environment): SessionRegistry {
  const releases = new Map<ImportId, () => void>();

  async function running(): Promise<Set<string>> {
    const names = await locks.held(lockPrefix);
    return new Set([...names].map((name) => name.slice(lockPrefix.length)));
  }

  return {
    running,
    async open(id) {
      const release = await locks.hold(lockPrefix + id);
      if (release === undefined)
        throw new LineageError('storage-unavailable', {
          reason: 'this import is running in another tab',
        });
      releases.set(id, release);
      // The lock comes before the record: whoever sees the record sees the lock too.
      await database.write(['sessions'], 'relaxed', async (tx) => {
        const { opened, packs } = (await tx.get('sessions', id)) ?? { opened: 0, packs: [] };
        tx.put('sessions', id, { opened: opened + 1, packs });
      });
    },
    release(id) {
      releases.get(id)?.();
      releases.delete(id);
    },
    async census() {
      const [sessions, pending] = await database.read(['sessions', 'pending'], (tx) =>
        Promise.all([tx.entries('sessions'), tx.entries('pending')]),
      );
      const held = await running();
      const alive = sessions.some(([id]) => held.has(id));
      return { alive, dead: new Map(sessions), resumable: resumableIds(pending, now()) };
    },
  };
}

function resumableIds(pending: readonly [string, PendingImport][], at: number): Set<string> {
  return new Set(
    pending.flatMap(([id, { startedAt }]) => (at - startedAt <= resumableMs ? [id] : [])),
  );
}
