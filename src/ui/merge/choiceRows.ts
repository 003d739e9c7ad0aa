import { parseChoices } from '../../core/merge/mergeChoices.ts';
import type { Arguments, Json } from '../../core/recipe/recipe.ts';
import { methodText } from './mergeWords.ts';

/** A layer's choice in words. */
export interface ChoiceRow {
  readonly layer: string;
  readonly method: string;
  readonly tensors: string;
}

/** The choices of a merge's recipe as a table; undefined where they cannot be read. */
export function choiceRows(choices: Json | undefined): readonly ChoiceRow[] | undefined {
  if (typeof choices !== 'string') return undefined;
  const parsed = parseChoices(choices);
  if (typeof parsed === 'string') return undefined;
  return parsed.map(({ layer, method, tensors }) => ({
    layer,
    method: methodText(method),
    tensors: tensors.map((tensor) => (typeof tensor === 'string' ? tensor : tensor.to)).join(', '),
  }));
}

/** A merge's settings besides its choices, in words. The function is in no menu that would word them. */
export function mergeSettings({
  carrier,
  others,
}: Arguments): readonly (readonly [string, string])[] {
  return [
    ['File', `of ${carrier === 'y' ? 'Y' : 'X'}, with other values in it`],
    ['Other tensors', others === 'keep' ? 'as in that file' : 'from the side that changed them'],
  ];
}
