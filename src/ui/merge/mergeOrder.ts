import { isLineageError } from '../../core/lineageError.ts';
import type { MergeOrder, MergePlan } from '../../core/mergeViews.ts';
import type { Choices } from './mergeWords.ts';

/** A plan with a person's choices, as the worker takes it. */
export function orderOf(
  { choices, name }: { readonly choices: Choices; readonly name: string },
  { x, y, base }: MergePlan,
): MergeOrder {
  const given = name.trim();
  return { x, y, base, choices, ...(given === '' ? {} : { name: given }) };
}

/** Whether a merge failed because tests spoke against it, or none could speak. */
export function speaksAgainst(error: unknown): boolean {
  return isLineageError(error, 'merge-conflict') && error.data.because !== undefined;
}
