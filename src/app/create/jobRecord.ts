import type { CreateOrder } from '../../core/creationViews.ts';
import type { DataUse } from '../../core/data/dataUse.ts';
import type { ImportId, SnapshotId } from '../../core/ids.ts';
import { LineageError } from '../../core/lineageError.ts';
import type { LineageLog, PendingImport } from '../../core/ports/lineageLog.ts';
import type { Arguments, Recipe } from '../../core/recipe/recipe.ts';
import type { Checkpoint, TrainOutcome } from '../../core/training/trainJob.ts';

/** An order with nothing left to choose: what a recipe says, and where to compute. */
export interface SettledOrder extends Omit<CreateOrder, 'arguments' | 'data' | 'seed' | 'device'> {
  readonly arguments: Arguments;
  readonly data: readonly DataUse[];
  readonly seed: number;
  readonly device: NonNullable<CreateOrder['device']>;
  /** Of a replay: how the runs went that it repeats. */
  readonly runs?: Recipe['runs'];
}

/** How far one training run of a creation is. */
export type PartState =
  | { readonly is: 'running'; readonly checkpoint: Checkpoint }
  | { readonly is: 'done'; readonly outcome: TrainOutcome };

const recordVersion = 1;

/**
 * The making of models while it goes on, as it is kept for a tab that closes: one record, replaced as a
 * whole at each checkpoint. A structured clone, so maps and buffers stay what they are.
 */
export interface JobRecord {
  readonly version: typeof recordVersion;
  readonly title: string;
  readonly order: SettledOrder;
  /** Of the creation function: another version would give another model. */
  readonly functionVersion: number;
  /** What the parents were, in the order's order: kept from the collector, as is the data. */
  readonly snapshots: readonly SnapshotId[];
  readonly parts: ReadonlyMap<string, PartState>;
  /** What the job is a step of, and who goes on with it: a cascade's id. Absent where a person started it. */
  readonly owner?: string;
  /** ms since 1970; absent before the first checkpoint. */
  readonly savedAt?: number;
}

/** A job's record in the log of pending work. */
export interface JobKeeper {
  readonly id: ImportId;
  readonly record: JobRecord;
  /** Writes the record as it is. @throws LineageError `quota-exceeded`. */
  write(): Promise<void>;
  /**
   * Replaces what is known of a part, and then what is stored.
   *
   * @throws LineageError `quota-exceeded`: the record here is the new one, and that in the log the old.
   */
  put(part: string, state: PartState): Promise<void>;
}

export function jobKeeper(
  { log, now }: { readonly log: LineageLog; readonly now: () => number },
  { id, startedAt }: Pick<PendingImport, 'id' | 'startedAt'>,
  first: JobRecord,
): JobKeeper {
  let record = first;
  const write = () =>
    log.beginImport({ id, startedAt, paths: [], handles: [], options: {}, job: record });
  return {
    id,
    get record() {
      return record;
    },
    write,
    async put(part, state) {
      record = { ...record, parts: new Map([...record.parts, [part, state]]), savedAt: now() };
      await write();
    },
  };
}

/** A record that is kept nowhere else, for work that is not to be resumed. */
export function memoryKeeper(id: ImportId, first: JobRecord): JobKeeper {
  let record = first;
  return {
    id,
    get record() {
      return record;
    },
    write: () => Promise.resolve(),
    put(part, state) {
      record = { ...record, parts: new Map([...record.parts, [part, state]]) };
      return Promise.resolve();
    },
  };
}

/**
 * The job of a pending record; undefined for an import.
 *
 * @throws LineageError `storage-newer`, `record-corrupt`: it cannot go on, only be discarded.
 */
export function jobOf({ id, job }: PendingImport): JobRecord | undefined {
  if (job === undefined) return undefined;
  const { version } = (job ?? {}) as Partial<Record<keyof JobRecord, unknown>>;
  if (typeof version === 'number' && version > recordVersion)
    throw new LineageError('storage-newer', { found: version, known: recordVersion });
  if (isJobRecord(job)) return job;
  const reason = 'the interrupted creation cannot be read';
  throw new LineageError('record-corrupt', { table: 'pending', key: id, reason });
}

function isJobRecord(value: unknown): value is JobRecord {
  if (typeof value !== 'object' || value === null) return false;
  const { version, title, order, parts, snapshots } = value as Partial<JobRecord>;
  return (
    version === recordVersion &&
    typeof title === 'string' &&
    parts instanceof Map &&
    Array.isArray(snapshots) &&
    typeof order?.function === 'string' &&
    Array.isArray(order.parents) &&
    Array.isArray(order.data)
  );
}

/** Snapshots that a pending job reads when it goes on; none of one that cannot. */
export function jobSnapshots({ job }: PendingImport): readonly SnapshotId[] {
  if (!isJobRecord(job)) return [];
  return [...job.snapshots, ...job.order.data.map(({ dataset }) => dataset)];
}
