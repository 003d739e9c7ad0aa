import type { Matching } from './matchGraph.ts';

/** Worth of a pair by level, where one that is left alone is worth nothing. */
const worth = [32, 28, 16, 14, 8] as const;
/** Of the same name: decides between the members of a stack of equal layers. */
const nameWorth = 1;
/** Most cells of the table. */
const mostCells = 16e6;

/**
 * Matches in order of execution: the order-preserving pairs of greatest worth.
 *
 * Source: Needleman and Wunsch, A general method applicable to the search for similarities, 1970.
 */
export function alignLayers(matching: Matching): void {
  const { a, b } = matching;
  const width = b.count + 1;
  if ((a.count + 1) * width > mostCells) return;
  const best = new Float32Array((a.count + 1) * width);
  const cell = (at: number): number => best[at] ?? 0;
  const pairOf = (x: number, y: number): number => pairWorth(matching, x - 1, y - 1);
  for (let x = 1; x <= a.count; x++)
    for (let y = 1; y <= b.count; y++) {
      const at = x * width + y;
      const pair = pairOf(x, y);
      const paired = pair === 0 ? 0 : cell(at - width - 1) + pair;
      best[at] = Math.max(cell(at - 1), cell(at - width), paired);
    }
  for (let x = a.count, y = b.count; x > 0 && y > 0;) {
    const at = x * width + y;
    const pair = pairOf(x, y);
    if (pair > 0 && cell(at) === cell(at - width - 1) + pair) matching.link(--x, --y);
    else if (cell(at) === cell(at - 1)) y--;
    else x--;
  }
}

/** 0 where the layers are of two classes. */
function pairWorth(matching: Matching, x: number, y: number): number {
  const level = matching.level(x, y);
  const named = matching.a.names[x] === matching.b.names[y] ? nameWorth : 0;
  return level === undefined ? 0 : (worth[level] ?? 0) + named;
}
