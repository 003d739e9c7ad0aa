import type { ImportId } from '../../core/ids.ts';
import { LineageError } from '../../core/lineageError.ts';
import type { Operation } from '../../core/lineage/operation.ts';
import type { LineageLog } from '../../core/ports/lineageLog.ts';
import { counter, raise } from '../database/counters.ts';
import type { WriteTransaction } from '../database/recordDatabase.ts';
import type { Environment } from '../environment.ts';
import type { LiveIndex } from '../packs/liveIndex.ts';
import { encodeChecked } from '../records/checkedJson.ts';
import type { ContentRecords } from '../records/contentRecords.ts';
import type { SessionRegistry } from '../sessions/sessionRegistry.ts';
import { graphOf } from './blocks.ts';
import { applyToBlocks, decodeBlock, readOperations, rebuildBlock } from './graphBlocks.ts';
import { requireContent, snapshotsNamed, type RequiredContent } from './requireContent.ts';

export interface LogPorts {
  readonly environment: Environment;
  readonly live: LiveIndex;
  readonly records: ContentRecords;
  readonly registry: SessionRegistry;
  /** Ends the session of an import in this tab, if it is open here. */
  readonly closeSession: (id: ImportId) => Promise<void>;
}

const commitTables = [
  'blocks', 'operations', 'pending', 'sessions', 'counters', 'names', 'manifests', 'skeletons',
] as const; // prettier-ignore

/** The graph and its log, over the shared database. */
export function lineageLog(ports: LogPorts): LineageLog {
  const { environment, live, records, registry } = ports;
  const { database, announcer } = environment;

  async function end(id: ImportId): Promise<void> {
    await ports.closeSession(id);
    await database.write(['pending', 'sessions'], 'relaxed', (tx) => {
      tx.delete('pending', id);
      tx.delete('sessions', id);
      return Promise.resolve();
    });
    registry.release(id);
  }

  return {
    load: () =>
      database.read(['blocks', 'operations'], async (tx) => {
        const blocks = (await tx.entries('blocks')).map(([key, bytes]) => decodeBlock(key, bytes));
        const whole = blocks.map(async (read) => {
          const block = 'block' in read ? read.block : await rebuildBlock(tx, read.key);
          return [read.key, block] as const;
        });
        return graphOf(await Promise.all(whole));
      }),
    operations: () => database.read(['operations'], readOperations),

    async commit(operation, imported) {
      if (imported !== undefined) await ports.closeSession(imported);
      for (let models: number | undefined; models === undefined;) {
        const content = await requireContent(records, live, snapshotsNamed(operation));
        models = await database.write(commitTables, 'strict', (tx) =>
          apply(tx, operation, content, imported),
        );
        if (models !== undefined) await remember(environment, models);
      }
      if (imported !== undefined) registry.release(imported);
      announcer.tell();
    },
    onForeignCommit: (listener) => announcer.listen(listener),

    async beginImport(pending) {
      await database.write(['pending'], 'strict', (tx) => {
        tx.put('pending', pending.id, pending);
        return Promise.resolve();
      });
    },
    async pendingImports() {
      const entries = await database.read(['pending'], (tx) => tx.entries('pending'));
      const running = await registry.running();
      return entries.map(([id, pending]) => ({ ...pending, running: running.has(id) }));
    },
    endImport: end,
  };
}

/** Everything a commit changes. Undefined, and nothing changed, if content was removed meanwhile. */
async function apply(
  tx: WriteTransaction,
  operation: Operation,
  content: RequiredContent,
  imported: ImportId | undefined,
): Promise<number | undefined> {
  if (content.snapshots.size > 0 && (await counter(tx, 'removals')) !== content.removals)
    return undefined;
  await requireRecords(tx, content);
  const added = await applyToBlocks(tx, operation);
  tx.put('operations', await raise(tx, 'operations'), encodeChecked(operation));
  await raise(tx, 'commits');
  if (imported !== undefined) {
    tx.delete('pending', imported);
    tx.delete('sessions', imported);
  }
  await disown(tx, content.packs, imported);
  return (await raise(tx, 'models', added)) + added;
}

async function requireRecords(tx: WriteTransaction, content: RequiredContent): Promise<void> {
  for (const snapshot of content.snapshots)
    if ((await tx.get('manifests', snapshot)) === undefined)
      throw new LineageError('snapshot-missing', { snapshot });
  for (const skeleton of content.skeletons)
    if ((await tx.get('skeletons', skeleton)) === undefined)
      throw new LineageError('record-corrupt', {
        table: 'skeletons',
        key: skeleton,
        reason: 'it was removed while the import went on',
      });
}

/** Packs of another import that this commit names stay even if that import is taken back. */
async function disown(
  tx: WriteTransaction,
  packs: ReadonlySet<number>,
  imported: ImportId | undefined,
): Promise<void> {
  for (const [id, record] of await tx.entries('sessions')) {
    if (id === imported) continue;
    const kept = record.packs.filter((pack) => !packs.has(pack));
    if (kept.length < record.packs.length) tx.put('sessions', id, { ...record, packs: kept });
  }
}

/** Tells the second place how many models there are. */
async function remember({ database, head }: Environment, models: number): Promise<void> {
  const store = await database.read(['names'], (tx) => tx.get('names', 'store'));
  if (store !== undefined) await head.set({ store, models });
}
