import { intOf, textOf } from '../../core/network/attributes.ts';
import type { OpNode } from '../../core/network/network.ts';
import type { Known, ShapeRule, ValueType } from '../known.ts';
import { inputAt } from '../nodeInputs.ts';
import { unsupported } from '../unsupported.ts';

/** Extents of a recurrent node. */
export interface RecurrentSizes {
  readonly steps: number;
  readonly batch: number;
  readonly features: number;
  readonly hidden: number;
  readonly directions: readonly ('forward' | 'reverse')[];
  /** [batch, steps, …] instead of [steps, batch, …]. */
  readonly batchFirst: boolean;
}

/** @throws LineageError `network-unsupported` for inputs that do not fit. */
export function recurrentSizes(
  inputs: readonly (ValueType | undefined)[],
  node: OpNode,
): RecurrentSizes {
  const { shape } = inputAt(inputs, 0, node);
  const recurrence = inputAt(inputs, 2, node);
  const batchFirst = intOf(node, 'layout', 0) === 1;
  const [first = 1, second = 1, features = 1] = shape;
  const direction = textOf(node, 'direction', 'forward');
  const directions =
    direction === 'bidirectional'
      ? (['forward', 'reverse'] as const)
      : [direction === 'reverse' ? ('reverse' as const) : ('forward' as const)];
  if (shape.length !== 3 || recurrence.shape[0] !== directions.length)
    throw unsupported(
      node,
      `an input of [${shape.join(', ')}] and ${directions.length} directions`,
    );
  return {
    steps: batchFirst ? second : first,
    batch: batchFirst ? first : second,
    features,
    hidden: recurrence.shape[2] ?? 1,
    directions,
    batchFirst,
  };
}

function typesOf(states: number): ShapeRule {
  return (inputs, node) => {
    const { dtype } = inputAt(inputs, 0, node);
    const { steps, batch, hidden, directions, batchFirst } = recurrentSizes(inputs, node);
    const count = directions.length;
    const all = batchFirst ? [batch, steps, count, hidden] : [steps, count, batch, hidden];
    const last = batchFirst ? [batch, count, hidden] : [count, batch, hidden];
    return [
      { dtype, shape: all },
      ...Array.from({ length: states }, () => ({ dtype, shape: last })),
    ];
  };
}

/** LSTM, GRU, RNN: every step's state, then the last states. */
export const recurrentShapeRules: Readonly<Record<string, ShapeRule>> = {
  RNN: typesOf(1),
  GRU: typesOf(1),
  LSTM: typesOf(2),
};

/** Refuses sequences that end early. @throws LineageError `network-unsupported`. */
export function refuseShortSequences(
  lengths: Known | undefined,
  steps: number,
  node: OpNode,
): void {
  if (lengths === undefined) return;
  if (lengths.value?.data.every((length) => length === steps) !== true)
    throw unsupported(node, 'sequences of different lengths');
}
