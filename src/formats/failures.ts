import { LineageError } from '../core/lineageError.ts';

/** Makes the errors of one file, so that each reader states only the place and the reason. */
export interface FormatFailures {
  /** @param at - byte offset in the file. */
  invalid(at: number, reason: string): LineageError<'format-invalid'>;
  unsupported(at: number, what: string): LineageError<'format-unsupported'>;
}

/** The errors of `file`, read as `format`. */
export function formatFailures(file: string, format: string): FormatFailures {
  return {
    invalid: (at, reason) => new LineageError('format-invalid', { file, format, at, reason }),
    unsupported: (at, what) => new LineageError('format-unsupported', { file, format, at, what }),
  };
}
