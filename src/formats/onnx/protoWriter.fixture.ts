/** Writes protobuf messages, for tests: nothing here is shared with the reader. */

export type Bytes = number[];

/** An unsigned or, as two's complement of 64 bits, negative varint. */
export function varint(value: number | bigint, padTo = 0): Bytes {
  let left = BigInt.asUintN(64, BigInt(value));
  const bytes: Bytes = [];
  do {
    bytes.push(Number(left & 127n) | 128);
    left >>= 7n;
  } while (left > 0n || bytes.length < padTo);
  bytes[bytes.length - 1] = (bytes.at(-1) as number) & 127;
  return bytes;
}

export function intField(field: number, value: number | bigint): Bytes {
  return [...varint(field * 8), ...varint(value)];
}

export function bytesField(field: number, bytes: Iterable<number>): Bytes {
  const all = [...bytes];
  return [...varint(field * 8 + 2), ...varint(all.length), ...all];
}

export function textField(field: number, text: string): Bytes {
  return bytesField(field, new TextEncoder().encode(text));
}

/** The little-endian bytes of a typed array. */
export function littleEndian(values: ArrayBufferView): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}

export interface TensorSpec {
  readonly name?: string;
  /** Code of `TensorProto.DataType`. */
  readonly type: number;
  readonly dims: readonly (number | bigint)[];
  /** The fields that hold the values, as bytes of the message. */
  readonly values: Bytes;
}

export function tensor({ name, type, dims, values }: TensorSpec): Bytes {
  return [
    ...dims.flatMap((extent) => intField(1, extent)),
    ...intField(2, type),
    ...(name === undefined ? [] : textField(8, name)),
    ...values,
  ];
}

/** A float32 tensor with raw values. */
export function floats(name: string, dims: readonly number[], seed = 1): Bytes {
  const count = dims.reduce((a, b) => a * b, 1);
  const values = Float32Array.from({ length: count }, (_, i) => Math.fround(seed + i / 7));
  return tensor({ name, type: 1, dims, values: bytesField(9, littleEndian(values)) });
}

export interface NodeSpec {
  readonly op: string;
  readonly name?: string;
  readonly domain?: string;
  readonly inputs?: readonly string[];
  readonly outputs?: readonly string[];
  /** Attribute messages. */
  readonly attributes?: readonly Bytes[];
}

export function node({ op, name, domain, inputs, outputs, attributes }: NodeSpec): Bytes {
  return [
    ...(inputs ?? []).flatMap((each) => textField(1, each)),
    ...(outputs ?? []).flatMap((each) => textField(2, each)),
    ...(name === undefined ? [] : textField(3, name)),
    ...textField(4, op),
    ...(attributes ?? []).flatMap((each) => bytesField(5, each)),
    ...(domain === undefined ? [] : textField(7, domain)),
  ];
}

export const attribute = {
  tensor: (name: string, value: Bytes): Bytes => [...textField(1, name), ...bytesField(5, value)],
  graph: (name: string, value: Bytes): Bytes => [...textField(1, name), ...bytesField(6, value)],
  int: (name: string, value: number): Bytes => [...textField(1, name), ...intField(3, value)],
  reference: (name: string, to: string): Bytes => [...textField(1, name), ...textField(21, to)],
  ints: (name: string, values: readonly number[]): Bytes => [
    ...textField(1, name),
    ...bytesField(
      8,
      values.flatMap((each) => varint(each)),
    ),
  ],
  floats: (name: string, values: readonly number[]): Bytes => [
    ...textField(1, name),
    ...bytesField(7, littleEndian(Float32Array.from(values))),
  ],
};

export interface GraphSpec {
  readonly nodes?: readonly Bytes[];
  readonly initializers?: readonly Bytes[];
  readonly sparse?: readonly Bytes[];
  readonly inputs?: readonly string[];
  readonly outputs?: readonly string[];
  readonly extra?: Bytes;
}

export function graph(spec: GraphSpec): Bytes {
  return [
    ...(spec.nodes ?? []).flatMap((each) => bytesField(1, each)),
    ...textField(2, 'g'),
    ...(spec.initializers ?? []).flatMap((each) => bytesField(5, each)),
    ...(spec.sparse ?? []).flatMap((each) => bytesField(15, each)),
    ...(spec.inputs ?? []).flatMap((each) => bytesField(11, textField(1, each))),
    ...(spec.outputs ?? []).flatMap((each) => bytesField(12, textField(1, each))),
    ...(spec.extra ?? []),
  ];
}

/** A model of `graph`, of IR version 8 and opset 17. */
export function model(
  inner: Bytes,
  functions: readonly Bytes[] = [],
  extra: Bytes = [],
): Uint8Array {
  return Uint8Array.from([
    ...intField(1, 8),
    ...textField(2, 'fixture'),
    ...extra,
    ...bytesField(7, inner),
    ...bytesField(8, intField(2, 17)),
    ...functions.flatMap((each) => bytesField(25, each)),
  ]);
}

export interface FunctionSpec {
  readonly name: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly nodes: readonly Bytes[];
}

/** A local function of domain `local`. */
export function localFunction({ name, inputs, outputs, nodes }: FunctionSpec): Bytes {
  return [
    ...textField(1, name),
    ...inputs.flatMap((each) => textField(4, each)),
    ...outputs.flatMap((each) => textField(5, each)),
    ...nodes.flatMap((each) => bytesField(7, each)),
    ...textField(10, 'local'),
  ];
}
