import { isLineageError } from '../../core/lineageError.ts';

/** The field that was refused, and why. */
export interface FieldProblem {
  readonly field: string;
  readonly reason: string;
}

/** What a refusal says of one field; undefined where it is not about one. */
export function problemOf(failure: unknown): FieldProblem | undefined {
  if (isLineageError(failure, 'test-invalid')) return failure.data;
  if (isLineageError(failure, 'name-taken'))
    return { field: 'name', reason: 'another test has this name' };
  if (isLineageError(failure, 'name-invalid')) return { field: 'name', reason: failure.message };
  return undefined;
}
