import type { Network, OpNode } from '../../core/network/network.ts';
import type { GraphBuilder } from '../graphBuilder.ts';

/** How a network is to be run; decides what normalisations and dropout become. */
export interface LoweringOptions {
  readonly mode: 'train' | 'evaluate';
  readonly batchNorm: 'frozen' | 'batch';
  readonly dropout: 'as-in-network' | 'off';
}

export interface LoweringContext {
  readonly b: GraphBuilder;
  /** The node with its inputs' names as they are in the builder. */
  readonly node: OpNode;
  readonly options: LoweringOptions;
  /** Declares that initializer `name` becomes `value` after the step: running statistics. */
  readonly update: (name: string, value: string) => void;
  /**
   * An f32 value of `shape`, uniform in [0, 1), new in each step and the same on every backend: from
   * the step's seed input by integer arithmetic.
   */
  readonly uniform: (shape: readonly number[]) => string;
  /**
   * Adds the nodes of a graph inside the node (a branch, a loop's body) under new names, and gives the
   * names of its outputs; `feeds` stand for the graph's inputs.
   */
  readonly inline: (body: Network, feeds: ReadonlyMap<string, string>) => readonly string[];
}

/**
 * Rewrites a node as others that can be differentiated and that every backend runs: gives the names
 * that stand for its outputs, or undefined to keep the node as it is.
 *
 * @throws LineageError `network-unsupported`.
 */
export type Lowering = (context: LoweringContext) => readonly string[] | undefined;
