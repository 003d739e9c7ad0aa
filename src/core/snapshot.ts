import type { Dtype } from './dtype.ts';
import type { ChunkId, SkeletonId, TensorId } from './ids.ts';

/** Most bytes of one chunk, 4 MiB; every chunk of a payload but the last has exactly this size. */
export const chunkBytes = 4 * 1024 * 1024;

/** Payloads up to this size, in bytes, live inside the manifest instead of in a chunk. */
export const inlineBytes = 64;

export type FormatName = 'onnx' | 'safetensors' | 'pytorch';
/** What a snapshot's files are: a model of some format, or a data set's files as they are. */
export type ContentFormat = FormatName | 'data';

/**
 * A run of bytes that a model file carries: one tensor, or a storage that several tensors view.
 * Little-endian, row-major, contiguous; what is hashed is exactly what a reader gets.
 */
export interface Payload {
  readonly id: TensorId;
  readonly sizeBytes: number;
  /** In order. Empty for an inline payload. */
  readonly chunks: readonly ChunkId[];
  /** Base64 of the bytes, for payloads of at most `inlineBytes`. */
  readonly inline?: string;
}

/**
 * What a tensor is for. `weight`: learned (initializer, parameter, buffer); `constant`: a fixed
 * table, a shape or an index; `optimizer`: state of an optimiser; `other`: anything else.
 */
export type TensorRole = 'weight' | 'constant' | 'optimizer' | 'other';

/** One named tensor, as a view of a payload. Part of the skeleton, so that equal architectures share it. */
export interface TensorEntry {
  /** Unique in the snapshot. */
  readonly name: string;
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  /** Index into the manifest's payloads; undefined for `string` tensors, whose bytes stay in the skeleton. */
  readonly payload?: number;
  /** Where in the payload; absent when the tensor is the whole payload, row-major. Strides in elements. */
  readonly view?: { readonly byteOffset: number; readonly strides: readonly number[] };
  readonly role: TensorRole;
}

/**
 * How a payload's bytes stand in a file.
 *
 * `raw`: as they are. `varint`: each element as a base-128 varint (protobuf `repeated int32`/`int64`
 * packed; `signed` elements sign-extended to 64 bits). `deflate`: zlib raw deflate of the payload at
 * `level`, used only where re-deflating was seen to give the same bytes.
 */
export type PayloadEncoding =
  | { readonly is: 'raw' }
  | { readonly is: 'varint'; readonly elementBits: 4 | 8 | 16 | 32 | 64; readonly signed: boolean }
  | { readonly is: 'deflate'; readonly level: number };

/** A piece of a file, in file order: literal bytes of the skeleton, a payload, or a checksum of one. */
export type Segment =
  | { readonly is: 'literal'; readonly sizeBytes: number }
  | { readonly is: 'payload'; readonly payload: number; readonly encoding: PayloadEncoding }
  /** Four bytes, little-endian: CRC-32 (zip, ISO 3309) of the payload's bytes. */
  | { readonly is: 'crc32'; readonly payload: number };

/**
 * A model's files without their tensors' bytes: shared by all models of one architecture and
 * exporter. `literals` holds the literal bytes of all segments of all files, joined in order.
 */
export interface Skeleton {
  readonly version: 1;
  readonly format: ContentFormat;
  readonly files: readonly { readonly segments: readonly Segment[] }[];
  readonly literals: Payload;
  readonly tensors: readonly TensorEntry[];
}

/** The immutable content of one model. `SnapshotId` is the SHA-256 of its canonical encoding. */
export interface Manifest {
  readonly version: 1;
  readonly skeleton: SkeletonId;
  /** One for each file of the skeleton, in order; the first is the one a person would open. */
  readonly files: readonly { readonly name: string; readonly sizeBytes: number }[];
  readonly payloads: readonly Payload[];
}
