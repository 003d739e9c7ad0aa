import { isFloat } from '../dtype.ts';
import type { MergeSides } from './mergeSide.ts';
import { entryOf, type MergeUnit } from './mergeUnits.ts';

/** What a person should know before merging, in whole sentences. */
export function warningsOf(
  sides: MergeSides,
  units: readonly MergeUnit[],
  carrier: 'x' | 'y',
): string[] {
  const warnings: string[] = [];
  const guessed = (['base', 'x', 'y'] as const).filter((side) => sides[side].architecture.assumedEdges); // prettier-ignore
  if (guessed.length > 0)
    warnings.push(
      'Where data flows is not known from a file of weights alone, so every change counts as one that may affect every other.',
    );
  if (units.some(({ kind }) => kind === 'BatchNormalization'))
    warnings.push(
      'The means and variances that batch normalisation keeps were measured on other weights than the merged ones: measure them again by a short finetune if the merge scores badly.',
    );
  const counts = units.flatMap((unit) => (mixesCounts(sides, unit) ? [unit.label] : []));
  if (counts.length > 0)
    warnings.push(
      `Whole numbers in ${counts.slice(0, 3).join(', ')} are taken from ${sides[carrier].name} where values are mixed.`,
    );
  return [...warnings, ...vocabularyWarnings(sides, units, carrier)];
}

/** Whether a layer that both changed has whole numbers among its tensors. */
function mixesCounts(sides: MergeSides, { states, tensors }: MergeUnit): boolean {
  if (states.x === 'unchanged' || states.y === 'unchanged') return false;
  return tensors.some((each) => {
    const entry = entryOf(sides, each, 'x');
    return entry !== undefined && !isFloat(entry.dtype);
  });
}

function vocabularyWarnings(
  sides: MergeSides,
  units: readonly MergeUnit[],
  carrier: 'x' | 'y',
): string[] {
  return units.flatMap((unit) => {
    if (unit.kind !== 'Embedding') return [];
    const rows = (side: 'x' | 'y') =>
      unit.tensors.flatMap((each) => entryOf(sides, each, side)?.shape[0] ?? [])[0];
    const [x, y] = [rows('x'), rows('y')];
    if (x === undefined || y === undefined || x === y) return [];
    return [
      `${sides.x.name} knows ${x} tokens and ${sides.y.name} ${y}: the merge has those of ${sides[carrier].name}, and must be fed as it is.`,
    ];
  });
}
