import type { RepackPlanView } from '../../core/repackViews.ts';
import type { SavingHeading } from '../../core/savingsViews.ts';

/** What would give the gain, largest first, under the headings of the storage view. */
export function gainParts({
  gain,
}: RepackPlanView): readonly { readonly of: SavingHeading; readonly bytes: number }[] {
  const parts = [
    { of: 'delta', bytes: gain.delta },
    { of: 'structure', bytes: gain.structure },
    { of: 'alone', bytes: gain.alone },
  ] as const;
  return parts.filter(({ bytes }) => bytes !== 0).sort((a, b) => b.bytes - a.bytes);
}

const hows: Readonly<Record<string, string>> = {
  delta: 'exact difference to',
  alone: 'by itself',
  ranges: 'pieces of',
  gather: 'reordered from',
  sum: 'weighted sum of',
  cast: 'other dtype of',
  scaled: 'multiple of',
  'low-rank': 'low-rank change to',
  quantised: 'quantised from',
  masked: 'pruned copy of',
  largest: 'scales of',
  steps: 'steps from',
};

/** How an example would be stored: "exact difference to base conv1.weight". */
export function exampleWords({
  how,
  base,
}: {
  readonly how: string;
  readonly base: string;
}): string {
  return `${hows[how] ?? how}${base === '' ? '' : ` ${base}`}`;
}

/** What happens to reading: at worst, now and after. */
export function readingWords({ depth, readCost }: RepackPlanView): string {
  const steps =
    depth.before === depth.after
      ? `${depth.after} at most, as now`
      : `${depth.after} at most, now ${depth.before}`;
  const cost = (value: number) => value.toFixed(2);
  const bytes =
    cost(readCost.before) === cost(readCost.after)
      ? `${cost(readCost.after)} at worst, as now`
      : `${cost(readCost.after)} at worst, now ${cost(readCost.before)}`;
  return `Steps to follow for one tensor: ${steps}. Bytes read for each byte given: ${bytes}.`;
}
