import type { CascadeRun, CascadeState } from '../../core/cascadeViews.ts';
import type { ImportId } from '../../core/ids.ts';
import { LineageError } from '../../core/lineageError.ts';
import type { LineageLog, PendingImport } from '../../core/ports/lineageLog.ts';

const recordVersion = 1;

/**
 * A cascade while it goes on, kept for a tab that closes: in the log of pending work, replaced as a whole
 * before and after each item.
 */
export interface CascadeRecord {
  readonly is: 'cascade';
  readonly version: typeof recordVersion;
  /** Its own id: what has an owner is not listed among the interrupted creations. */
  readonly owner: string;
  readonly title: string;
  readonly run: CascadeRun;
  readonly state: CascadeState;
  /** What was decided of the item that is running, just before its models were stored. */
  readonly settled?: { readonly item: string; readonly rejected?: string };
}

export function newRecord(title: string, run: CascadeRun, state: CascadeState): CascadeRecord {
  return { is: 'cascade', version: recordVersion, owner: state.id, title, run, state };
}

/** A cascade's record in the log of pending work, and who is told of each change. */
export interface CascadeKeeper {
  readonly record: CascadeRecord;
  /** Replaces the record here and in the log. @throws LineageError `quota-exceeded`. */
  put(record: CascadeRecord): Promise<void>;
}

export function cascadeKeeper(
  log: LineageLog,
  startedAt: number,
  first: CascadeRecord,
  onChange: (record: CascadeRecord) => void,
): CascadeKeeper {
  let record = first;
  const id = first.state.id as ImportId;
  return {
    get record() {
      return record;
    },
    async put(next) {
      record = next;
      await log.beginImport({ id, startedAt, paths: [], handles: [], options: {}, job: record });
      onChange(record);
    },
  };
}

/** Whether pending work is a cascade, of whatever version. */
export function isCascade({ job }: PendingImport): boolean {
  return typeof job === 'object' && job !== null && 'is' in job && job.is === 'cascade';
}

/**
 * The record of pending work that is a cascade.
 *
 * @throws LineageError `storage-newer`, `record-corrupt`: it cannot go on, only be discarded.
 */
export function recordOf({ id, job }: PendingImport): CascadeRecord {
  const { version, state, run, title } = (job ?? {}) as Partial<
    Record<keyof CascadeRecord, unknown>
  >;
  if (typeof version === 'number' && version > recordVersion)
    throw new LineageError('storage-newer', { found: version, known: recordVersion });
  const whole =
    version === recordVersion &&
    typeof title === 'string' &&
    typeof run === 'object' &&
    typeof state === 'object' &&
    state !== null &&
    'plan' in state &&
    'items' in state;
  if (whole) return job as CascadeRecord;
  const reason = 'the interrupted cascade cannot be read';
  throw new LineageError('record-corrupt', { table: 'pending', key: id, reason });
}
