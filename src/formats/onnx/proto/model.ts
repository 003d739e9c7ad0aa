import type { RepeatedNumbers } from '../wire/repeatedNumbers.ts';
import type { Span } from '../wire/schema.ts';

/**
 * The messages of onnx.proto as far as they are read, in memory. Tensor values stay in the file.
 *
 * Source: onnx/onnx.proto (IR version 13). `at` is the offset of a message's first byte.
 */
export interface ModelProto {
  irVersion: number;
  producerName: string;
  producerVersion: string;
  domain: string;
  modelVersion: number;
  docString: string;
  readonly graphs: GraphProto[];
  readonly opsets: OpsetProto[];
  readonly metadata: EntryProto[];
  readonly training: TrainingProto[];
  readonly functions: FunctionProto[];
}

export interface OpsetProto {
  domain: string;
  version: number;
}

export interface EntryProto {
  key: string;
  value: string;
}

export interface TrainingProto {
  readonly initialization: GraphProto[];
  readonly algorithm: GraphProto[];
}

export interface GraphProto {
  readonly at: number;
  name: string;
  readonly nodes: NodeProto[];
  readonly initializers: TensorProto[];
  readonly sparseInitializers: SparseTensorProto[];
  readonly inputs: ValueProto[];
  readonly outputs: ValueProto[];
}

export interface NodeProto {
  readonly at: number;
  name: string;
  opType: string;
  domain: string;
  overload: string;
  readonly inputs: string[];
  readonly outputs: string[];
  readonly attributes: AttributeProto[];
}

export interface AttributeProto {
  readonly at: number;
  name: string;
  /** Name of the enclosing function's attribute that this one takes its value from. */
  reference: string;
  float: number | undefined;
  int: number | undefined;
  /** A short string; long ones (encoded blobs) are left in the file. */
  text: string | undefined;
  /** Whether a string, here or in `texts`, was too long to be kept. */
  longText: boolean;
  readonly texts: string[];
  /** A code of `AttributeProto.AttributeType`; 0 in files that are older than it. */
  type: number;
  floats: RepeatedNumbers | undefined;
  ints: RepeatedNumbers | undefined;
  readonly tensors: TensorProto[];
  readonly sparseTensors: SparseTensorProto[];
  readonly graphs: GraphProto[];
}

export interface TensorProto {
  readonly at: number;
  name: string;
  /** A code of `TensorProto.DataType`. */
  dataType: number;
  readonly dims: number[];
  raw: Span | undefined;
  /** Values in a typed field; more than one of them is an error. */
  readonly typed: RepeatedNumbers[];
  /** Number of strings in `string_data`. */
  strings: number;
  /** 1 when the values are in another file. */
  location: number;
  readonly external: EntryProto[];
  segmented: boolean;
}

export interface SparseTensorProto {
  readonly at: number;
  readonly values: TensorProto[];
  readonly indices: TensorProto[];
  readonly dims: number[];
}

export interface ValueProto {
  name: string;
  readonly types: TypeProto[];
}

export interface TypeProto {
  readonly tensors: TensorTypeProto[];
  /** Whether it is a sequence, a map, an optional or a sparse tensor. */
  other: boolean;
}

export interface TensorTypeProto {
  elementType: number;
  readonly shapes: { readonly extents: ExtentProto[] }[];
}

export interface ExtentProto {
  value: number | undefined;
  name: string;
}

export interface FunctionProto {
  readonly at: number;
  name: string;
  domain: string;
  overload: string;
  readonly inputs: string[];
  readonly outputs: string[];
  /** Attributes with a default. */
  readonly defaults: AttributeProto[];
  readonly nodes: NodeProto[];
}
