import { encodeNumbers } from './encodeNumbers.ts';
import { numbersOf } from './literal.ts';
import type { Literal } from './network.ts';

/**
 * Σ factor · tensor, in double precision and rounded once to the first one's dtype.
 *
 * @param tensors - of one shape; as many as `factors`.
 */
export function combined(tensors: readonly Literal[], factors: readonly number[]): Literal {
  const [first] = tensors;
  if (first === undefined || tensors.length !== factors.length)
    throw new Error(`${tensors.length} tensors and ${factors.length} factors`);
  const sum = new Float64Array(numbersOf(first).length);
  for (const [index, tensor] of tensors.entries()) {
    const factor = factors[index] as number;
    const numbers = numbersOf(tensor);
    for (let i = 0; i < sum.length; i++)
      sum[i] = (sum[i] as number) + factor * (numbers[i] as number);
  }
  return encodeNumbers(first.dtype, first.shape, sum);
}
