/**
 * What TIES merging adds to a base, from the changes of two sides: each trimmed to its largest entries,
 * a sign elected for each place by the sum of what is left, and the mean of those that agree with it.
 * Done tensor by tensor, so that each layer can have its own density; the paper trims a whole model's
 * change at once.
 *
 * Source: Yadav et al., "TIES-Merging" (arXiv 2306.01708), algorithm 1.
 *
 * @param density - share of each change's entries that is kept, 0 to 1; rounded up to whole entries.
 *   Equal magnitudes: the first ones are kept.
 * @returns NaN where a change is NaN.
 */
export function tiesChange(x: Float64Array, y: Float64Array, density: number): Float64Array {
  const [a, b] = [trimmed(x, density), trimmed(y, density)];
  return a.map((one, i) => agreed(one, b[i] as number));
}

/** Mean of the entries that are not zero and have the sign of their sum. */
function agreed(a: number, b: number): number {
  const sign = Math.sign(a + b);
  if (Number.isNaN(sign)) return NaN;
  const inA = sign !== 0 && Math.sign(a) === sign;
  const inB = sign !== 0 && Math.sign(b) === sign;
  if (inA && inB) return a / 2 + b / 2;
  return inA ? a : inB ? b : 0;
}

/** The entries of largest magnitude, the others zero; NaN is kept and not counted. */
function trimmed(change: Float64Array, density: number): Float64Array {
  const sizes = change.map(Math.abs).filter((size) => !Number.isNaN(size));
  // A product such as 0.2 · 5 must not round up for its last bit.
  const keep = Math.min(sizes.length, Math.ceil(density * sizes.length - 1e-9));
  if (keep <= 0) return change.map((value) => (Number.isNaN(value) ? value : 0));
  sizes.sort();
  const least = sizes[sizes.length - keep] as number;
  let larger = 0;
  for (const size of sizes) if (size > least) larger += 1;
  let ties = keep - larger;
  return change.map((value) => {
    const size = Math.abs(value);
    if (Number.isNaN(size) || size > least) return value;
    return size === least && ties-- > 0 ? value : 0;
  });
}
