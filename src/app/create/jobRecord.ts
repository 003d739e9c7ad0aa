import type { CreateOrder } from '../../core/creationViews.ts';
import type { DataUse } from '../../core/data/dataUse.ts';
import type { ImportId } from '../../core/ids.ts';
import type { LineageLog, PendingImport } from '../../core/ports/lineageLog.ts';
import type { Arguments } from '../../core/recipe/recipe.ts';
import type { Checkpoint, TrainOutcome } from '../../core/training/trainJob.ts';

/** An order with nothing left to choose: what a recipe says, and where to compute. */
export interface SettledOrder extends Omit<CreateOrder, 'arguments' | 'data' | 'seed' | 'device'> {
  readonly arguments: Arguments;
  readonly data: readonly DataUse[];
  readonly seed: number;
  readonly device: NonNullable<CreateOrder['device']>;
}

/** How far one training run of a creation is. */
export type PartState =
  | { readonly is: 'running'; readonly checkpoint: Checkpoint }
  | { readonly is: 'done'; readonly outcome: TrainOutcome };

/**
 * The making of models while it goes on, as it is kept for a tab that closes: one record, replaced as a
 * whole at each checkpoint. A structured clone, so maps and buffers stay what they are.
 */
export interface JobRecord {
  readonly version: 1;
  readonly title: string;
  readonly order: SettledOrder;
  readonly parts: ReadonlyMap<string, PartState>;
  /** ms since 1970; absent before the first checkpoint. */
  readonly savedAt?: number;
}

/** Keeps a job's record in the log of pending work. */
export interface JobKeeper {
  readonly id: ImportId;
  readonly record: JobRecord;
  /** Replaces what is kept of a part. @throws LineageError `quota-exceeded`. */
  put(part: string, state: PartState): Promise<void>;
}

export async function keepJob(
  log: LineageLog,
  id: ImportId,
  startedAt: number,
  first: JobRecord,
  now: () => number,
): Promise<JobKeeper> {
  let record = first;
  const write = () => log.beginImport(pendingOf(id, startedAt, record));
  await write();
  return {
    id,
    get record() {
      return record;
    },
    async put(part, state) {
      record = { ...record, parts: new Map([...record.parts, [part, state]]), savedAt: now() };
      await write();
    },
  };
}

function pendingOf(id: ImportId, startedAt: number, job: JobRecord): PendingImport {
  return { id, startedAt, paths: [], handles: [], options: {}, job };
}

/** The job of a pending record; undefined for an import. */
export function jobOf(pending: PendingImport): JobRecord | undefined {
  return pending.job as JobRecord | undefined;
}
