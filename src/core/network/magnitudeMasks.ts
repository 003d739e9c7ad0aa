import { literal, numbersOf } from './literal.ts';
import type { Literal } from './network.ts';

/**
 * Masks (f32, 0 or 1 per element) that leave out the numbers nearest to zero: exactly
 * ⌊sparsity · count⌋ of all of them, or of each tensor. Of equal ones, the first are left out.
 *
 * @param sparsity - 0 to 1.
 */
export function magnitudeMasks(
  weights: ReadonlyMap<string, Literal>,
  sparsity: number,
  scope: 'global' | 'tensor',
): ReadonlyMap<string, Literal> {
  const sizes = new Map([...weights].map(([name, of]) => [name, numbersOf(of).map(Math.abs)]));
  const groups = scope === 'tensor' ? [...sizes].map((one) => [one]) : [[...sizes]];
  return new Map(
    groups.flatMap((group) => {
      const keep = keeper(
        group.map(([, each]) => each),
        sparsity,
      );
      return group.map(([name, each]) => {
        const { shape } = weights.get(name) as Literal;
        return [name, literal('f32', shape, each.map(keep))] as const;
      });
    }),
  );
}

/** Says 1 or 0 for each size in turn. */
function keeper(sizes: readonly Float64Array[], sparsity: number): (size: number) => number {
  const all = new Float64Array(sizes.reduce((sum, each) => sum + each.length, 0));
  let at = 0;
  for (const each of sizes) {
    all.set(each, at);
    at += each.length;
  }
  all.sort();
  const count = Math.floor(sparsity * all.length);
  if (count === 0) return () => 1;
  const threshold = all[count - 1] as number;
  let equal = count - all.findIndex((size) => size === threshold);
  return (size) => {
    if (size < threshold) return 0;
    if (size > threshold || equal === 0) return 1;
    equal--;
    return 0;
  };
}

/** The tensor with zeros where the mask has them. */
export function maskedBy(tensor: Literal, mask: Literal): Literal {
  const bytes = tensor.bytes.slice();
  const keep = numbersOf(mask);
  const width = bytes.length / keep.length;
  // A zero of every number type is zero bytes.
  for (const [i, kept] of keep.entries()) if (kept === 0) bytes.fill(0, i * width, (i + 1) * width);
  return { ...tensor, bytes };
}
