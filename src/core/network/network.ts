import type { Dtype } from '../dtype.ts';

/**
 * A model's computation as plain data: an ONNX graph without its file. What formats read, autograd
 * rewrites and compute runs. Names of values are unique in a network; a node's inputs are made before
 * it (topological order). An optional input that is left out is `''`.
 *
 * Source: onnx/onnx.proto, GraphProto.
 */
export interface Network {
  readonly name: string;
  /** Operator-set version by domain; `''` is ai.onnx. */
  readonly opsets: Readonly<Record<string, number>>;
  /** What a run feeds. An initializer is not among them. */
  readonly inputs: readonly ValueInfo[];
  readonly outputs: readonly ValueInfo[];
  readonly initializers: ReadonlyMap<string, Literal>;
  readonly nodes: readonly OpNode[];
}

/** A number, or the name of a symbolic extent, such as `batch`; `?` where nothing is known. */
export type Extent = number | string;

export interface ValueInfo {
  readonly name: string;
  readonly dtype: Dtype;
  readonly shape: readonly Extent[];
  /**
   * What the file leaves open, as outputs of subgraphs often do: `rank` when `shape` says nothing,
   * `type` when `dtype` says nothing either.
   */
  readonly unknown?: 'rank' | 'type';
}

/** A tensor with its values: little-endian, row-major, contiguous. */
export interface Literal {
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** An application of an operator. */
export interface OpNode {
  /** `Conv`, or with its domain where that is not ai.onnx: `com.microsoft.FusedMatMul`. */
  readonly op: string;
  /** For people and for errors; may be empty. */
  readonly name: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, Attribute>>;
}

/** An attribute by ONNX's types; 64-bit integers beyond 2^53 are rounded. */
export type Attribute =
  | { readonly is: 'int'; readonly value: number }
  | { readonly is: 'float'; readonly value: number }
  | { readonly is: 'string'; readonly value: string }
  | { readonly is: 'ints'; readonly value: readonly number[] }
  | { readonly is: 'floats'; readonly value: readonly number[] }
  | { readonly is: 'strings'; readonly value: readonly string[] }
  | { readonly is: 'tensor'; readonly value: Literal }
  | { readonly is: 'graph'; readonly value: Network };

/** The domain and type of `op`: `com.microsoft.Gelu` → `['com.microsoft', 'Gelu']`. */
export function splitOp(op: string): readonly [domain: string, type: string] {
  const dot = op.lastIndexOf('.');
  return dot < 0 ? ['', op] : [op.slice(0, dot), op.slice(dot + 1)];
}
