import type { SearchVerdict } from '../searchViews.ts';

/**
 * Delta debugging: a smallest part of a whole that is bad, in the sense that without any one of its
 * members it is not bad any more. Asks by yielding a part, and is told its verdict; an unknown one counts
 * as not bad. The whole is known to be bad, and nothing at all to be good. One guilty member is found by
 * halving; at worst it takes the square of the members.
 *
 * Source: Zeller and Hildebrandt, Simplifying and Isolating Failure-Inducing Input, IEEE TSE 28(2), 2002,
 * the algorithm ddmin.
 */
export function* smallestGroup<Member>(
  whole: readonly Member[],
): Generator<readonly Member[], readonly Member[], SearchVerdict> {
  let left = whole;
  let parts = 2;
  while (left.length > 1) {
    const split = splitInto(left, parts);
    let smaller: readonly Member[] | undefined;
    for (const part of split) {
      // Of two halves the second is what is left without the first.
      if ((yield part) !== 'bad') continue;
      smaller = part;
      parts = 2;
      break;
    }
    if (smaller === undefined && split.length > 2)
      for (const part of split) {
        const without = left.filter((member) => !part.includes(member));
        if ((yield without) !== 'bad') continue;
        smaller = without;
        parts = Math.max(parts - 1, 2);
        break;
      }
    if (smaller !== undefined) left = smaller;
    else if (parts < left.length) parts = Math.min(2 * parts, left.length);
    else break;
  }
  return left;
}

function splitInto<Member>(whole: readonly Member[], parts: number): (readonly Member[])[] {
  const count = Math.min(parts, whole.length);
  return Array.from({ length: count }, (_, i) =>
    whole.slice(
      Math.round((i * whole.length) / count),
      Math.round(((i + 1) * whole.length) / count),
    ),
  );
}
