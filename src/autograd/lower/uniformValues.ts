import { literal } from '../../core/network/literal.ts';
import { elementCount } from '../../core/dtype.ts';
import type { GraphBuilder } from '../graphBuilder.ts';

/**
 * f32 values of `shape`, uniform in [0, 1), as a function of an i32 seed: two rounds of a linear
 * congruential generator over (index, seed), in i32 operators that wrap alike on every backend. The top
 * bits are taken by a division, as there are no shifts on WebGPU.
 *
 * Source: constants of Numerical Recipes (ranqd1) and Knuth's MMIX multiplier, low half.
 *
 * @param stream - tells apart several draws of one step.
 */
export function uniformValues(
  b: GraphBuilder,
  seed: string,
  shape: readonly number[],
  stream: number,
): string {
  const count = elementCount(shape);
  const index = b.constant(
    literal(
      'i32',
      [count],
      Int32Array.from({ length: count }, (_, at) => Math.imul(at + 1, 0x9e3779b1 | 0)),
    ),
  );
  const salt = b.scalar(Math.imul(stream + 1, 0x85ebca6b | 0), 'i32');
  let state = b.op('Add', [
    index,
    b.op('Add', [b.op('Mul', [seed, b.scalar(0x2c1b3c6d, 'i32')]), salt]),
  ]);
  for (const multiplier of [1664525, 1284865837, 22695477]) {
    state = b.op('Add', [
      b.op('Mul', [state, b.scalar(multiplier, 'i32')]),
      b.scalar(1013904223, 'i32'),
    ]);
    // The low bits of a power-of-two generator are poor: mix the high ones in, as x + x / 2^15.
    state = b.op('Add', [state, b.op('Div', [state, b.scalar(32768, 'i32')])]);
  }
  // i32 Div rounds towards zero: −8,388,607 … 8,388,607 in steps of 2^-24 of the full range.
  const high = b.op('Cast', [b.op('Div', [state, b.scalar(256, 'i32')])], { to: 1 });
  const unit = b.op('Mul', [b.op('Add', [high, b.scalar(8388608)]), b.scalar(2 ** -24)]);
  return b.op('Reshape', [unit, b.ints(shape)]);
}
