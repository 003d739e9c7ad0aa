import type { TestFunctionView } from '../../core/testViews.ts';
import type { FormValues } from './formValues.ts';
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

/** What is still to do before a test can be tried or saved; empty when nothing is. */
export function missingOf(
  form: FormValues & {
    readonly view: TestFunctionView | undefined;
    readonly broken: readonly string[];
  },
  hasData: boolean,
): string {
  const { view, data, args, bindings, broken } = form;
  if (view === undefined) return '';
  if (view.data === 'needed' && data === undefined)
    return hasData ? 'Choose a data set.' : 'It measures on a data set: add one first.';
  if (view.id === 'examples' && args['examples'] === undefined) return 'Write an example.';
  if (bindings.length === 0) return 'Bind it to a model.';
  return broken.length > 0 ? 'A setting is no value yet.' : '';
}
