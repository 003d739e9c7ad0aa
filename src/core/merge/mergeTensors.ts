import type { MergeMethod } from '../mergeViews.ts';
import { isFloat, type Dtype } from '../dtype.ts';
import { encodeNumbers, isEncodable } from '../network/encodeNumbers.ts';
import { numbersOf } from '../network/literal.ts';
import type { Literal } from '../network/network.ts';
import { tiesChange } from './ties.ts';

/** A method that computes new values, rather than taking one side's as they are. */
export type Mixture = Exclude<MergeMethod, { readonly is: 'base' | 'x' | 'y' | 'both' }>;

/** One tensor of the base and of both sides: equal dtypes and shapes. */
export interface TensorTriple {
  readonly x: Literal;
  readonly y: Literal;
  /** Absent for a tensor that only the sides have. */
  readonly base?: Literal;
}

/** Whether values of a dtype can be mixed; others, such as counts and quantised codes, are taken from a side. */
export function isMixable(dtype: Dtype): boolean {
  return isFloat(dtype) && isEncodable(dtype);
}

/** Whether a method measures from the base, so that it needs one. */
export function needsBase({ is }: MergeMethod): boolean {
  return is === 'base' || is === 'task-arithmetic' || is === 'ties';
}

export function isMixture(method: MergeMethod): method is Mixture {
  return !['base', 'x', 'y', 'both'].includes(method.is);
}

/**
 * One tensor mixed from two, in double precision and rounded once to its dtype. Where both sides have
 * the same number it stays as it is, to the last bit, for every method that does not ask for more.
 *
 * NaN and infinities: an element that is not finite on a side makes that element of the result what
 * IEEE arithmetic gives, and no other: the angle of `slerp` and the ranking of `ties` leave it out.
 *
 * @throws Error for a dtype that is not mixable, other shapes, or a missing base: bugs of ours.
 */
export function mixTensors(method: Mixture, { x, y, base }: TensorTriple): Literal {
  if (!isMixable(x.dtype)) throw new Error(`${x.dtype} cannot be mixed`);
  const [a, b] = [numbersOf(x), numbersOf(y)];
  if (a.length !== b.length || x.dtype !== y.dtype) throw new Error('sides of two shapes');
  const mixed = mixNumbers(method, a, b, base === undefined ? undefined : numbersOf(base));
  return encodeNumbers(x.dtype, x.shape, mixed);
}

function mixNumbers(
  method: Mixture,
  x: Float64Array,
  y: Float64Array,
  base: Float64Array | undefined,
): Float64Array {
  switch (method.is) {
    case 'average':
      return weighted(x, y, 1 - method.t, method.t);
    case 'slerp': {
      const [forX, forY] = arcWeights(x, y, method.t);
      return weighted(x, y, forX, forY);
    }
    case 'task-arithmetic': {
      const { a, b } = method;
      const from = needed(base, x.length);
      return from.map((start, i) => start + a * (at(x, i) - start) + b * (at(y, i) - start));
    }
    case 'ties': {
      const from = needed(base, x.length);
      const change = tiesChange(minus(x, from), minus(y, from), method.density);
      return from.map((start, i) => {
        const step = at(change, i);
        return step === 0 ? start : start + method.scale * step;
      });
    }
  }
}

/** `wx · x + wy · y`. A weight of exactly 0 leaves its side out, even where that is not finite. */
function weighted(x: Float64Array, y: Float64Array, wx: number, wy: number): Float64Array {
  // Equal numbers stay what they are where the weights say so: 0.3 · v + 0.7 · v may be off by a bit.
  const keeps = Math.abs(wx + wy - 1) < 1e-12;
  return x.map((value, i) => {
    const other = at(y, i);
    if (keeps && value === other) return value;
    if (wy === 0) return wx * value;
    return wx === 0 ? wy * other : wx * value + wy * other;
  });
}

/** Vectors this close to parallel, or opposite, are joined by a straight line: no arc is defined well. */
const parallel = 0.9995;

/**
 * Weights of the two ends at `t` of the arc between them; the lengths are not evened out.
 *
 * Source: Shoemake, "Animating rotation with quaternion curves" (1985), on flattened tensors.
 */
function arcWeights(x: Float64Array, y: Float64Array, t: number): readonly [number, number] {
  let [dot, xx, yy] = [0, 0, 0];
  for (let i = 0; i < x.length; i++) {
    const [a, b] = [at(x, i), at(y, i)];
    if (!Number.isFinite(a) || !Number.isFinite(b)) continue;
    dot += a * b;
    xx += a * a;
    yy += b * b;
  }
  const cosine = dot / (Math.sqrt(xx) * Math.sqrt(yy));
  if (!(Math.abs(cosine) <= parallel)) return [1 - t, t];
  const angle = Math.acos(cosine);
  return [Math.sin((1 - t) * angle) / Math.sin(angle), Math.sin(t * angle) / Math.sin(angle)];
}

function minus(a: Float64Array, b: Float64Array): Float64Array {
  return a.map((value, i) => value - at(b, i));
}

function needed(base: Float64Array | undefined, length: number): Float64Array {
  if (base?.length !== length) throw new Error('a method that needs a base of the same shape');
  return base;
}

/** In bounds: both arrays have one length. */
const at = (array: Float64Array, index: number): number => array[index] as number;
