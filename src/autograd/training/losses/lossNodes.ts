import type { GraphBuilder } from '../../graphBuilder.ts';

/** What a loss is computed from: names of values in the builder. */
export interface LossInputs {
  readonly b: GraphBuilder;
  /** f32 `[batch, …]`. */
  readonly output: string;
  /** As `targetOf` (losses.ts) says. */
  readonly target: string;
  /** f32, as `weightShape` (losses.ts) says; already divided by their sum over the whole batch. */
  readonly weights: string;
}

/** The nodes of a loss. The derivative is written down, not traced: it is shorter and more stable. */
export interface LossNodes {
  /** f32 scalar: Σ weightᵢ · lossᵢ. */
  readonly loss: string;
  /** Its gradient by the output, of the output's shape. */
  readonly gradient: string;
}

/** Weights `[batch]` in the rank of the output, to be broadcast over each example's elements. */
export function spread(b: GraphBuilder, weights: string, rank: number): string {
  const shape = b.shape(weights);
  if (shape.length === rank) return weights;
  return b.op('Reshape', [
    weights,
    b.ints([...shape, ...new Array<number>(rank - shape.length).fill(1)]),
  ]);
}

/** Elements of one example. */
export function exampleSize(shape: readonly number[]): number {
  return shape.slice(1).reduce((product, extent) => product * extent, 1);
}
