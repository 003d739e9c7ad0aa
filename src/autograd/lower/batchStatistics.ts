import type { GraphBuilder } from '../graphBuilder.ts';

export interface BatchStatistics {
  /** By channel: shape [C]. */
  readonly mean: string;
  /** Population variance by channel: shape [C]. */
  readonly variance: string;
  /** The data less its mean. */
  readonly centred: string;
}

/**
 * Mean and variance of data [N, C, …] over all but the channels. Asked a second time for the same data,
 * gives the same values, as the builder adds equal nodes once.
 */
export function batchStatistics(b: GraphBuilder, x: string): BatchStatistics {
  const axes = b.shape(x).flatMap((_, axis) => (axis === 1 ? [] : [axis]));
  const mean = b.op('ReduceMean', [x], { axes, keepdims: 0 });
  const centred = b.op('Sub', [x, byChannel(b, mean, x)]);
  const squares = b.op('Mul', [centred, centred]);
  return { mean, centred, variance: b.op('ReduceMean', [squares], { axes, keepdims: 0 }) };
}

/** A value of shape [C] so that it broadcasts to `like`, [N, C, …]. */
export function byChannel(b: GraphBuilder, value: string, like: string): string {
  const [, channels = 1, ...spatial] = b.shape(like);
  return spatial.length === 0
    ? value
    : b.op('Reshape', [value, b.ints([channels, ...spatial.map(() => 1)])]);
}
