import { scalar } from '../../core/network/literal.ts';
import type { GraphBuilder } from '../graphBuilder.ts';

/** A scalar constant of the dtype of `like`, a float. */
export function scalarLike(b: GraphBuilder, like: string, value: number): string {
  return b.dtype(like) === 'f64' ? b.constant(scalar('f64', value)) : b.scalar(value);
}

/** `value` times a number; `value` itself for 1. */
export function scaled(b: GraphBuilder, value: string, by: number): string {
  return by === 1 ? value : b.op('Mul', [value, scalarLike(b, value, by)]);
}

/** `value` where `mask` holds, 0 elsewhere. */
export function masked(b: GraphBuilder, mask: string, value: string): string {
  return b.op('Where', [mask, value, scalarLike(b, value, 0)]);
}

/** `value` where `mask` does not hold, 0 where it does. */
export function maskedOut(b: GraphBuilder, mask: string, value: string): string {
  return b.op('Where', [mask, scalarLike(b, value, 0), value]);
}

/** The number that all elements of a value are, where that is known before a run. */
export function uniformOf(b: GraphBuilder, value: string): number | undefined {
  const data = b.known(value).value?.data;
  const first = data?.[0];
  return data?.every((each) => each === first) === true ? first : undefined;
}

/** −1, 0 or 1 of `x`'s dtype. There is no Sign on WebGPU. */
export function signOf(b: GraphBuilder, x: string): string {
  const to = b.dtype(x) === 'f64' ? 11 : 1;
  const zero = scalarLike(b, x, 0);
  const above = b.op('Cast', [b.op('Greater', [x, zero])], { to });
  return b.op('Sub', [above, b.op('Cast', [b.op('Less', [x, zero])], { to })]);
}
