/** How the context of an element follows from a word that the decoder knows. */
export interface ContextRule {
  /** The word, without its top bit where floats, is shifted right by this: 0 to 31. */
  readonly shift: number;
  /** What gives context 0; one less gives 1, and so on. */
  readonly top: number;
  /** 1 to 16. */
  readonly count: number;
}

/** Elements, of one chunk, that are coded: their size and how their numbers are ordered. */
export interface ElementKind {
  /** log2 of the bytes of an element, 0 to 3. */
  readonly log: 0 | 1 | 2 | 3;
  readonly float: boolean;
}

/**
 * How the bits of an element are cut in a symbol, which is coded, and a field, which is kept.
 *
 * Bits are counted in the word of an element, whose top bit is bit 31, or 63 where it has eight bytes.
 */
export interface FieldRule {
  /** The symbol tells the bits from here up to the one below the sign; `cut` ≤ 31, or 56. */
  readonly cut: number;
  /** Low bits that are 0 in all elements, and left out; at most `cut`. */
  readonly shift: number;
  /** What symbol 0 means, or 1 where zeros are apart. */
  readonly least: number;
  /** Whether symbol 0 is +0 alone, without a field. */
  readonly zeros: boolean;
  /** Whether the symbol's lowest bit is the sign; else the field's is. */
  readonly signed: boolean;
}

/** What all elements of a chunk have in common. Magnitudes are words without their top bit. */
export interface FieldSurvey {
  /** Of all elements but +0; `most` < `least` where there are none. */
  readonly least: bigint;
  readonly most: bigint;
  /** All magnitudes or-ed. */
  readonly any: bigint;
  /** Whether there is a +0. */
  readonly zeros: boolean;
}

/** A row of coded symbols. */
export interface CodedRow {
  /** `[8]`, each in 2^15 … 2^31 − 1: where decoding begins. */
  readonly states: Uint32Array;
  /** 16-bit words, little-endian, in the order they are read. */
  readonly words: Uint8Array;
}

/**
 * The heavy loops of the tensor codecs, over one chunk at a time: WebAssembly with SIMD, or plain
 * TypeScript with the same results to the byte.
 *
 * A call of `open` begins a chunk; the others work on what it and the calls before them left. What
 * they give is a view that the next call may overwrite.
 */
export interface TensorKernels {
  /**
   * Begins a chunk of whole elements.
   *
   * @param chunk - undefined when it is to be decoded.
   * @param base - undefined for a chunk that is coded alone; else as long as the chunk.
   * @returns whether the chunk is small enough for these kernels.
   */
  open(
    bytes: number,
    kind: ElementKind,
    chunk: Uint8Array | undefined,
    base: Uint8Array | undefined,
  ): boolean;
  /** `[blocks of 64 elements]`: 1 where chunk and base differ, else 0. */
  changedBlocks(): Uint8Array;
  /** Goes on with the elements of the blocks marked 1 alone; gives their number. */
  keepBlocks(flags: Uint8Array): number;
  /** The chunk, or what of it is worked on; as many bytes of the base. */
  chunkBytes(): Uint8Array;
  baseBytes(): Uint8Array;
  /** All words of chunk and base or-ed, without the top bit where floats; b ≤ 4. */
  commonBits(): number;
  /** Takes each element's context from the base. */
  contextsOfBase(rule: ContextRule): void;
  /**
   * Symbols of the differences to the base, kept for the next calls.
   *
   * @param shift - low bits that are 0 in all words; 0 for elements of 8 bytes.
   * @returns the bits beside the symbols, and how often each symbol has each context, `[16 × 256]`.
   */
  takeDifferences(shift: number): { readonly bits: Uint8Array; readonly counts: Uint32Array };
  /** The chunk from base, symbols and bits; gives whether the bits are just those it takes. */
  addDifferences(shift: number, bits: Uint8Array): boolean;
  surveyFields(): FieldSurvey;
  /**
   * For each block of 2^`blockLog` elements the mean of `magnitude >>> keyShift`, rounded down, of all
   * that are not 0; 0 where none is. At most 16 bits of each key count.
   */
  levels(blockLog: number, keyShift: number): Uint16Array;
  /** Gives the elements of each block of 2^`blockLog` one context. @param contexts - `[blocks]`. */
  contextsOfBlocks(contexts: Uint8Array, blockLog: number): void;
  /** Symbols of the elements themselves; as `takeDifferences`. */
  takeFields(rule: FieldRule): { readonly bits: Uint8Array; readonly counts: Uint32Array };
  /** The chunk from symbols and bits; gives whether the bits are just those it takes. */
  putFields(rule: FieldRule, bits: Uint8Array): boolean;
  /** `[elements]`; may be written. */
  symbols(): Uint8Array;
  contexts(): Uint8Array;
  /** @param frequencies - `[16 × 256]`, summing up to 4096 in every context that occurs. */
  encodeSymbols(frequencies: Uint16Array): CodedRow;
  /** Fills the symbols; gives whether states and words end as they should. */
  decodeSymbols(frequencies: Uint16Array, coded: CodedRow): boolean;
  /** The decoded chunk, all of it with the blocks that were left out; owned by the caller. */
  finish(): Uint8Array<ArrayBuffer>;
}
