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
  const sizes = new Map([...weights].map(([name, of]) => [name, sizesOf(of)]));
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

/** What is not a number is not near to zero: it counts as infinite, and stays. */
function sizesOf(tensor: Literal): Float64Array {
  const sizes = numbersOf(tensor);
  for (let i = 0; i < sizes.length; i++) {
    const size = Math.abs(sizes[i] as number);
    sizes[i] = Number.isNaN(size) ? Infinity : size;
  }
  return sizes;
}

/** Says 1 or 0 for each size in turn. */
function keeper(sizes: readonly Float64Array[], sparsity: number): (size: number) => number {
  const all = new Float64Array(sizes.reduce((sum, each) => sum + each.length, 0));
  let at = 0;
  for (const each of sizes) {
    all.set(each, at);
    at += each.length;
  }
  const count = Math.floor(sparsity * all.length);
  if (count === 0) return () => 1;
  const threshold = smallest(all, count - 1);
  let equal = count;
  for (const size of all) if (size < threshold) equal--;
  return (size) => {
    if (size < threshold) return 0;
    if (size !== threshold || equal === 0) return 1;
    equal--;
    return 0;
  };
}

/**
 * The number with `rank` smaller ones or equal ones before it, were they sorted; reorders them.
 *
 * Source: Hoare, Algorithm 65: Find, CACM 4 (1961), with the median of three as pivot.
 */
function smallest(numbers: Float64Array, rank: number): number {
  const at = (index: number) => numbers[index] as number;
  for (let [low, high] = [0, numbers.length - 1]; low < high;) {
    const [a, b, c] = [at(low), at((low + high) >> 1), at(high)];
    const pivot = Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
    let [left, right] = [low, high];
    while (left <= right) {
      while (at(left) < pivot) left++;
      while (at(right) > pivot) right--;
      if (left > right) break;
      const held = at(left);
      numbers[left++] = at(right);
      numbers[right--] = held;
    }
    if (rank <= right) high = right;
    else if (rank >= left) low = left;
    else break;
  }
  return at(rank);
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
