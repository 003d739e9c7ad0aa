import { literal } from '../network/literal.ts';
import type { Network, OpNode } from '../network/network.ts';

const vector = (name: string, dtype: 'f32' | 'i32') => ({ name, dtype, shape: ['n'] }) as const;

const node = (op: string, inputs: readonly string[], output: string): OpNode => ({
  op,
  name: '',
  inputs,
  outputs: [output],
  attributes: {},
});

/**
 * Differences of float32 bit patterns in an order-preserving numbering, modulo 2^32: `[n]` int32 each.
 *
 * Patterns with the sign bit are numbered `2^31 − 1 − pattern`, which wraps to what `~(pattern & 2^31 − 1)`
 * gives; so it needs no bitwise operators, which the runtime has no GPU kernels for.
 */
export const orderedDifference: Network = {
  name: 'ordered_difference',
  opsets: { '': 17 },
  inputs: [vector('values', 'i32'), vector('base', 'i32')],
  outputs: [vector('difference', 'i32')],
  initializers: new Map([
    ['zero', literal('i32', [1], [0])],
    ['most', literal('i32', [1], [0x7fffffff])],
  ]),
  nodes: [
    ...['values', 'base'].flatMap((name) => [
      node('Less', [name, 'zero'], `${name}_negative`),
      node('Sub', ['most', name], `${name}_turned`),
      node('Where', [`${name}_negative`, `${name}_turned`, name], `${name}_ordered`),
    ]),
    node('Sub', ['values_ordered', 'base_ordered'], 'difference'),
  ],
};

/**
 * Steps from a base, `⌊(values − base) · perStep + ½⌋` in float32: `[n]` floats in, int32 out. Near enough to
 * the float64 definition to be right but for ties and rounding, which `exactSteps` mends.
 */
export function stepEstimate(step: number): Network {
  return {
    name: 'step_estimate',
    opsets: { '': 17 },
    inputs: [vector('values', 'f32'), vector('base', 'f32')],
    outputs: [vector('steps', 'i32')],
    // A weight like others, so that one compiled session serves every step.
    initializers: new Map([
      ['per_step', literal('f32', [1], [1 / step])],
      ['half', literal('f32', [1], [0.5])],
    ]),
    nodes: [
      node('Sub', ['values', 'base'], 'change'),
      node('Mul', ['change', 'per_step'], 'scaled'),
      node('Add', ['scaled', 'half'], 'shifted'),
      node('Floor', ['shifted'], 'floor'),
      { ...node('Cast', ['floor'], 'steps'), attributes: { to: { is: 'int', value: 6 } } },
    ],
  };
}
