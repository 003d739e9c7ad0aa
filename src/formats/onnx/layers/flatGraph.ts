import type { AttributeProto } from '../proto/model.ts';

/** A value that a node leaves out. */
export const absent = -1;

/** A node of the computation, its values as numbers that are unique in the model. */
export interface FlatOp {
  /** Offset of its message in the file. */
  readonly at: number;
  /** The node's name, after the names of the calls it was inlined through; may be empty. */
  readonly name: string;
  readonly type: string;
  /** Operator domain; `''` is ai.onnx. */
  readonly domain: string;
  /** `absent` where an optional input is left out. */
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
  readonly attributes: ReadonlyMap<string, AttributeProto>;
  /** Subgraphs of If, Loop, Scan and the like. */
  readonly bodies: readonly { readonly name: string; readonly graph: FlatGraph }[];
  /** Values of enclosing graphs that the bodies read. */
  readonly captured: readonly number[];
}

/** A graph with its local functions inlined, in an order of execution. */
export interface FlatGraph {
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
  readonly ops: readonly FlatOp[];
}

/** A model's graphs. */
export interface FlatModel {
  readonly graph: FlatGraph;
  /** Constant value → its tensor, or `absent` for a small one that is no tensor of its own. */
  readonly constants: ReadonlyMap<number, number>;
}
