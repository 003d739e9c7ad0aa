import { isLineageError, LineageError } from '../../core/lineageError.ts';
import type { BadRow } from '../../core/data/dataset.ts';
import { listedBadRows } from './limits.ts';

/** A file that cannot be read as part of a data set. */
export function invalid(
  file: string,
  reason: string,
  line?: number,
): LineageError<'dataset-invalid'> {
  return new LineageError('dataset-invalid', {
    file,
    ...(line === undefined ? {} : { line }),
    reason,
  });
}

/** The same error in the words of data sets; any other is passed on as it is. */
export function asInvalid(error: unknown, file: string): unknown {
  if (isLineageError(error, 'format-invalid'))
    return invalid(file, `${error.data.reason} (at byte ${error.data.at})`);
  if (isLineageError(error, 'format-unsupported')) return invalid(file, error.data.what);
  if (isLineageError(error, 'codec-invalid')) return invalid(file, error.data.reason);
  return error;
}

/** Collects what cannot be used: the first hundred, and how many there are. */
export interface BadRowList {
  readonly first: BadRow[];
  count: number;
  /** For the summary: what else a person should know. */
  readonly notes: string[];
  add(row: BadRow): void;
}

export function badRowList(): BadRowList {
  return {
    first: [],
    count: 0,
    notes: [],
    add(row) {
      if (this.first.length < listedBadRows) this.first.push(row);
      this.count++;
    },
  };
}
