import type { ImportId } from '../../core/ids.ts';
import { counter, raise } from '../database/counters.ts';
import type { RecordDatabase } from '../database/recordDatabase.ts';
import type { LiveIndex } from '../packs/liveIndex.ts';

/**
 * Ends a session and removes the packs it wrote, unless something may need them: a commit has taken
 * those it names out of the session's list already; while another import runs, or could be resumed,
 * it may count on any stored chunk; and a chunk elsewhere may be a delta to one of these. Then the
 * packs stay, without an owner, for the collector.
 */
export async function discardSession(
  database: RecordDatabase,
  live: LiveIndex,
  id: ImportId,
): Promise<void> {
  const tables = ['packs', 'directories', 'sessions', 'pending', 'counters'] as const;
  for (let done = false; !done;) {
    await live.refresh();
    const { content } = live;
    done = await database.write(tables, 'relaxed', async (tx) => {
      if ((await counter(tx, 'content')) !== content) return false;
      const record = await tx.get('sessions', id);
      tx.delete('sessions', id);
      if (record === undefined || record.packs.length === 0) return true;
      const others = (await tx.keys('sessions')).filter((other) => other !== id);
      if (others.length > 0 || live.index.leansOn(new Set(record.packs))) return true;
      for (const pack of record.packs) {
        tx.delete('packs', pack);
        tx.delete('directories', pack);
      }
      await raise(tx, 'content');
      await raise(tx, 'removals');
      return true;
    });
  }
}
