import { elementCount } from '../../core/dtype.ts';
import { literal } from '../../core/network/literal.ts';
import type { GraphBuilder } from '../graphBuilder.ts';

/** Odd, with well-mixed bits. */
const multiplier = 0x7feb352d;

/**
 * f32 values of `shape`, uniform in [0, 1), as a function of an i32 seed: a hash of (seed, stream, index)
 * in i32 operators that wrap alike on every backend. There are no shifts on WebGPU: bits go up by a
 * multiplication and down by a division.
 *
 * Source: s · (2s + 1) is RC6's mixing function; multiplier of Wellons' hash prospector. Mean, bins,
 * neighbours, pairs and steps are tested; sums in place of the products failed (correlation 0.1).
 *
 * @param stream - tells apart several draws of one step.
 */
export function uniformValues(
  b: GraphBuilder,
  seed: string,
  shape: readonly number[],
  stream: number,
): string {
  const columns = shape.at(-1) ?? 1;
  const rows = elementCount(shape) / Math.max(columns, 1);
  const salt = Math.imul(stream + 1, 0x85ebca6b | 0);
  const start = mix(b, b.op('Add', [seed, b.scalar(salt, 'i32')]));
  // The index in two parts, so that no constant is as long as the value.
  const along = counts(b, [1, columns], 1, 0x9e3779b1);
  const across = counts(b, [rows, 1], columns, 0x9e3779b1);
  const state = mix(b, b.op('Add', [b.op('Add', [start, across]), along]));
  // The top 24 bits, as many as an f32 holds. Div rounds towards zero, so that the middle value is twice
  // as likely as the others: one in eight million.
  const high = b.op('Div', [state, b.scalar(256, 'i32')]);
  const whole = b.op('Cast', [b.op('Add', [high, b.scalar(8388608, 'i32')])], { to: 1 });
  const unit = b.op('Mul', [whole, b.scalar(2 ** -24)]);
  return b.op('Reshape', [unit, b.ints(shape)]);
}

/** A constant of (first + step · i) · factor, wrapped. */
function counts(b: GraphBuilder, shape: readonly number[], step: number, factor: number): string {
  const length = elementCount(shape);
  const numbers = Int32Array.from({ length }, (_, at) => Math.imul(at * step, factor | 0));
  return b.constant(literal('i32', shape, numbers));
}

/** Two rounds: a multiplication, the halves swapped, and s · (2s + 1), which no line through s follows. */
function mix(b: GraphBuilder, value: string): string {
  let state = value;
  for (let round = 0; round < 2; round++) {
    const times = b.op('Mul', [state, b.scalar(multiplier, 'i32')]);
    const half = b.scalar(65536, 'i32');
    const turned = b.op('Add', [b.op('Mul', [times, half]), b.op('Div', [times, half])]);
    const twice = b.op('Add', [b.op('Add', [turned, turned]), b.scalar(1, 'i32')]);
    state = b.op('Mul', [turned, twice]);
  }
  return state;
}
