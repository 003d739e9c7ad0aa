import type { Draws, Stored } from './form.ts';

/**
 * Leaves out each token with probability `share`; the others move up and 0 fills the end. One is always
 * kept, so that no sentence becomes empty.
 */
export function dropWords(values: Stored, share: number, { random }: Draws): void {
  let kept = 0;
  const first = values[0] ?? 0;
  for (const token of values) {
    if (token === 0) continue;
    if (random.uniform() >= share) values[kept++] = token;
  }
  if (kept === 0 && values.length > 0) values[kept++] = first;
  values.fill(0, kept);
}
