import type { HashedArchitecture, LayerMatching } from './matchLayers.ts';

/** A row of the diff: its layers, and whether it keeps the order of execution. */
export interface Place {
  readonly a?: number;
  readonly b?: number;
  readonly inOrder?: boolean;
}

/** Both sides in one order: along the longest run of pairs in order, what is between them in turn. */
export function mergedOrder(
  a: HashedArchitecture,
  b: HashedArchitecture,
  { pairs, ofA, ofB }: LayerMatching,
): Place[] {
  const places: Place[] = [];
  let [x, y] = [0, 0];
  const upTo = (endA: number, endB: number): void => {
    for (; x < endA; x++) if (ofA[x] === undefined) places.push({ a: x });
    for (; y < endB; y++) {
      const partner = ofB[y];
      places.push(partner === undefined ? { b: y } : { a: partner, b: y, inOrder: false });
    }
  };
  for (const [p, q] of longestIncreasing(pairs)) {
    upTo(p, q);
    places.push({ a: p, b: q, inOrder: true });
    x = p + 1;
    y = q + 1;
  }
  upTo(a.names.length, b.names.length);
  return places;
}

/** The longest run of pairs, ascending by `a`, that also ascends by `b`. Source: Fredman, 1975. */
function longestIncreasing(
  pairs: readonly (readonly [number, number])[],
): (readonly [number, number])[] {
  const ends: number[] = [];
  const previous: number[] = [];
  const second = (index: number | undefined): number => pairs[index ?? -1]?.[1] ?? -1;
  for (const [index, [, y]] of pairs.entries()) {
    let [low, high] = [0, ends.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (second(ends[middle]) < y) low = middle + 1;
      else high = middle;
    }
    previous[index] = ends[low - 1] ?? -1;
    ends[low] = index;
  }
  const run: (readonly [number, number])[] = [];
  for (let at = ends.at(-1) ?? -1; at >= 0; at = previous[at] ?? -1) {
    const pair = pairs[at];
    if (pair) run.push(pair);
  }
  return run.reverse();
}
