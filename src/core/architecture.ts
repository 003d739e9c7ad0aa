import type { Dtype } from './dtype.ts';

/** A scalar or list attribute of a layer. 64-bit integers beyond 2^53 are rounded. */
export type AttributeValue = number | string | readonly number[] | readonly string[];

/** One parameter of a layer. */
export interface LayerParameter {
  /** `weight`, `bias`, `scale`, `mean`, `zero_point`, `r`, … */
  readonly slot: string;
  /** Index into the snapshot's tensors. */
  readonly tensor: number;
  /** Whether the layer's normal form ([out, in] for linear weights) is the tensor transposed. */
  readonly transposed: boolean;
}

/** A node of the model's computation that owns at least one parameter. */
export interface Layer {
  /** Unique in the architecture, for display; a layer is identified by its position. */
  readonly name: string;
  /** Layer class: `Linear`, `Conv`, `BatchNormalization`, … (reference §2.2). */
  readonly kind: string;
  /** Structural attributes: channels, kernel, stride, … */
  readonly attributes: Readonly<Record<string, AttributeValue>>;
  readonly parameters: readonly LayerParameter[];
}

/** Dataflow between layers (indices into `layers`), through `via`, the contracted operators, sorted. */
export interface LayerEdge {
  readonly from: number | 'IN';
  readonly to: number | 'OUT';
  readonly via: readonly string[];
}

/** An input or output of the model; a symbolic extent is its name, an unknown one `?`. */
export interface Signature {
  readonly name: string;
  readonly dtype: Dtype | 'unknown';
  readonly shape: readonly (number | string)[];
}

/** The layer graph of a model and what is known of its structure. Derived from the skeleton alone. */
export interface Architecture {
  readonly layers: readonly Layer[];
  readonly edges: readonly LayerEdge[];
  /** Whether `edges` is a chain guessed from names, because the format has no dataflow. */
  readonly assumedEdges: boolean;
  readonly inputs: readonly Signature[];
  readonly outputs: readonly Signature[];
  /** Operator-set version by domain (`""` is ai.onnx); empty where the format has none. */
  readonly opsets: Readonly<Record<string, number>>;
  /** Operator type → how often it occurs, subgraphs and functions included. */
  readonly operators: Readonly<Record<string, number>>;
  /** Elements of all weight tensors. */
  readonly parameterCount: number;
  /** Tensors that no layer uses, as indices. */
  readonly unusedTensors: readonly number[];
  /** Facts the file states of itself: producer, epoch, metadata. Short strings. */
  readonly metadata: Readonly<Record<string, string>>;
}
