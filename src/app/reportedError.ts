import { isLineageError } from '../core/lineageError.ts';
import type { ReportedError } from '../core/views.ts';

/** An error as plain data for the page. What is not a `LineageError` is a bug of ours: `unexpected`. */
export function reportedError(error: unknown): ReportedError {
  if (isLineageError(error)) return { code: error.code, message: error.message, data: error.data };
  const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return { code: 'unexpected', message, data: undefined };
}
