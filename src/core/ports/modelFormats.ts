import type { Architecture } from '../architecture.ts';
import type { Network } from '../network/network.ts';
import type { FormatName, Manifest, PayloadEncoding, Skeleton, TensorEntry } from '../snapshot.ts';
import type { Run } from './run.ts';

/** Random access to a file's bytes without holding them. */
export interface ByteSource {
  /** File name with any folder path, `/`-separated: `run-a/epoch-040.pth`. */
  readonly path: string;
  readonly sizeBytes: number;
  /** Last modification, ms since 1970, where known. */
  readonly modifiedAt?: number;
  /**
   * Exactly `length` bytes from `offset`; the caller owns them.
   *
   * @throws LineageError `file-unreadable` if the platform cannot give them.
   */
  read(offset: number, length: number): Promise<Uint8Array<ArrayBuffer>>;
}

/** Files that make one model: a single file, shards with their index, a graph with external data. */
export interface ModelCandidate {
  /** Name for the node: the main file's name without extension. */
  readonly name: string;
  readonly format: FormatName;
  /** The main file first. */
  readonly files: readonly ByteSource[];
}

/** What sorting a heap of files gives: models, and files that are none with the reason. */
export interface Grouping {
  readonly candidates: readonly ModelCandidate[];
  readonly rejected: readonly { readonly file: ByteSource; readonly error: Error }[];
  /** Files that belong to no model and are no error: READMEs, licences, configs. */
  readonly ignored: readonly ByteSource[];
}

/** A piece of a parsed file in file order; like `Segment`, with the place of literals. */
export type ParsedSegment =
  | { readonly is: 'literal'; readonly offset: number; readonly sizeBytes: number }
  | { readonly is: 'payload'; readonly payload: number; readonly encoding: PayloadEncoding }
  | { readonly is: 'crc32'; readonly payload: number };

/** A model as read from its files' headers; tensor bytes are read when asked for. */
export interface ParsedModel {
  readonly name: string;
  readonly format: FormatName;
  readonly files: readonly {
    readonly source: ByteSource;
    readonly segments: readonly ParsedSegment[];
  }[];
  /** Decoded size of each payload, in bytes. */
  readonly payloadBytes: readonly number[];
  readonly tensors: readonly TensorEntry[];
  readonly architecture: Architecture;
  /**
   * The decoded bytes of a payload in pieces of exactly `chunkBytes` but the last; none for an
   * empty payload. The caller owns each piece.
   *
   * @throws LineageError `format-invalid`, `file-unreadable`.
   */
  payload(index: number): AsyncIterable<Uint8Array<ArrayBuffer>>;
}

/** Where the parts of a stored snapshot come from when its files are written again. */
export interface SnapshotContent {
  /** Decoded bytes of a payload, in order, in pieces of any size. */
  payload(index: number): AsyncIterable<Uint8Array<ArrayBuffer>>;
  /** The skeleton's literal bytes, in order, in pieces of any size. */
  literals(): AsyncIterable<Uint8Array<ArrayBuffer>>;
}

/** A file about to be written, as a stream of pieces. */
export interface OutputFile {
  readonly name: string;
  readonly sizeBytes: number;
  readonly bytes: AsyncIterable<Uint8Array<ArrayBuffer>>;
}

/** Model files ↔ snapshots. Parsers read headers and offsets from slices and run nothing. */
export interface ModelFormats {
  /** Sorts files into models by their first bytes, not by their extension. */
  group(files: readonly ByteSource[], run: Run): Promise<Grouping>;

  /**
   * Reads the structure of a model.
   *
   * @throws LineageError `format-*`, `pickle-refused`, `companion-*`, `file-unreadable`.
   */
  parse(candidate: ModelCandidate, run: Run): Promise<ParsedModel>;

  /** The files of a snapshot, byte for byte as they were imported. */
  assemble(skeleton: Skeleton, manifest: Manifest, content: SnapshotContent): OutputFile[];

  /**
   * The tensors of any snapshot as one safetensors file, views made contiguous.
   *
   * @throws LineageError `format-unsupported` for a dtype that safetensors lacks.
   */
  toSafetensors(
    name: string,
    tensors: readonly TensorEntry[],
    metadata: Readonly<Record<string, string>>,
    content: SnapshotContent,
  ): OutputFile;

  /** The files of a stored snapshot for reading here and there, without writing them. */
  sources(skeleton: Skeleton, manifest: Manifest, content: SnapshotContent): Promise<ByteSource[]>;

  /** The layer graph of a stored snapshot, read again from its files' skeleton. */
  architecture(
    skeleton: Skeleton,
    manifest: Manifest,
    content: SnapshotContent,
    run: Run,
  ): Promise<Architecture>;

  /**
   * The computation of a stored snapshot, with all weights; initializers have the names of the snapshot's
   * tensors.
   *
   * @throws LineageError `network-unsupported` for a state dict, which has none, and for graphs of
   *   anything but tensors.
   */
  network(
    skeleton: Skeleton,
    manifest: Manifest,
    content: SnapshotContent,
    run: Run,
  ): Promise<Network>;
}
