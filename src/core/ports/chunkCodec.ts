import type { Derivation } from '../delta/derivation.ts';

/** What a codec may know of the numbers in a chunk. `bytes` is the size of one element. */
export interface ChunkElement {
  readonly bytes: 1 | 2 | 4 | 8;
  readonly float: boolean;
}

/**
 * A lossless way to write a chunk in fewer bytes: alone, as a delta to another chunk, or as what a
 * derivation from others leaves over.
 *
 * Synchronous, deterministic and without state. An `id` is stored with every chunk and never means
 * anything else again: a changed format is a new codec with a new id, and the old one still decodes.
 * Id 0 is the store's own: the bytes as they are.
 */
export interface ChunkCodec {
  /** 1 to 255, unique for ever. */
  readonly id: number;
  /** For people, and in `ChunkStorage.codec`: "delta", "exponents", "transposed". */
  readonly name: string;
  /**
   * What it needs: nothing, one base of the same length, or a derivation of this kind with its
   * bases, which may have any length.
   */
  readonly needs: 'nothing' | 'base' | Derivation['is'];
  /** True for a format that a better one replaced: it decodes for ever, and nothing new is written in it. */
  readonly readOnly?: true;

  /**
   * The chunk in fewer bytes, or undefined where this codec does not apply or does not pay. Keeps
   * no buffer; the caller owns the result.
   *
   * @param bytes - 1 byte to 4 MiB; not always a whole number of elements.
   * @param bases - what `needs` asks for: none, one of the same length, or the derivation's.
   */
  encode(
    bytes: Uint8Array,
    bases: readonly Uint8Array[],
    element: ChunkElement,
    derivation?: Derivation,
  ): Uint8Array<ArrayBuffer> | undefined;

  /**
   * The chunk again, exactly `rawBytes` long. Keeps no buffer; the caller owns the result. Does
   * not check that the bytes are the right ones: the store compares them with the chunk's id.
   *
   * @param bases - what `encode` was given: the same bytes in the same order.
   * @throws LineageError `codec-invalid` for bytes that no `encode` wrote; never reads or allocates
   *   beyond what `rawBytes` and the lengths of its arguments allow.
   */
  decode(
    encoded: Uint8Array,
    bases: readonly Uint8Array[],
    rawBytes: number,
  ): Uint8Array<ArrayBuffer>;
}
