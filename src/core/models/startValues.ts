import { randomFrom } from '../data/random.ts';
import { elementCount } from '../dtype.ts';

/** How a weight begins. */
export type Start =
  /** Evenly between −`bound` and `bound`. */
  | { readonly is: 'uniform'; readonly bound: number }
  | { readonly is: 'normal'; readonly deviation: number }
  | { readonly is: 'constant'; readonly value: number };

/** Values of a weight that begins as `start` says. `keys` tell its stream apart from others'. */
export function startValues(
  shape: readonly number[],
  start: Start,
  seed: number,
  ...keys: readonly number[]
): Float32Array<ArrayBuffer> {
  const values = new Float32Array(elementCount(shape));
  if (start.is === 'constant') return values.fill(start.value);
  const random = randomFrom(seed, ...keys);
  for (let i = 0; i < values.length; i++)
    values[i] =
      start.is === 'uniform'
        ? (2 * random.uniform() - 1) * start.bound
        : random.normal() * start.deviation;
  return values;
}

/** PyTorch's start of a linear or convolution layer: evenly within 1 / √(inputs of a unit). */
export function fanInStart(inputs: number): Start {
  return { is: 'uniform', bound: 1 / Math.sqrt(inputs) };
}
