import type { OpNode } from '../../core/network/network.ts';
import type { GraphBuilder } from '../graphBuilder.ts';

/** What a gradient rule works with. */
export interface GradientContext {
  /** Where the gradient's nodes are added; knows the shape and dtype of every value. */
  readonly b: GraphBuilder;
  /** The forward node, as it is in the builder. */
  readonly node: OpNode;
  /** Gradient of the loss by each output, of the output's shape; undefined where none comes. */
  readonly grads: readonly (string | undefined)[];
  /** Which inputs a gradient is wanted for; no need to make the others. */
  readonly needs: readonly boolean[];
}

/**
 * The gradients of the loss by a node's inputs: for each wanted input the name of a value of that
 * input's shape, or undefined where it is zero.
 *
 * Only operators that onnxruntime-web runs on WebGPU as well as on wasm may be added
 * (docs/differentiation.md lists them).
 *
 * @throws LineageError `network-unsupported` for a form of the operator that has no gradient here.
 */
export type GradientRule = (context: GradientContext) => readonly (string | undefined)[];
