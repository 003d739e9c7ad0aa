import type { PayloadEncoding } from '../../core/snapshot.ts';

/** The encoding of protobuf's packed integers. */
export type VarintEncoding = Extract<PayloadEncoding, { readonly is: 'varint' }>;

/** Most bytes of a 64-bit varint. Source: protobuf encoding, "Base 128 Varints". */
export const maxVarintBytes = 10;

/** Whole bytes of one decoded element; below a byte there is none, so none is offered. */
export function varintElementBytes(encoding: VarintEncoding): 1 | 2 | 4 | 8 {
  if (encoding.elementBits === 4) throw new Error('varints of 4-bit elements are never written');
  return (encoding.elementBits / 8) as 1 | 2 | 4 | 8;
}

/**
 * Decodes varints, one after another, into little-endian elements of `elementBytes`.
 *
 * The state between calls is the varint cut by the end of a piece. Bits above the element are
 * dropped: whether that loses anything was checked when the field was scanned.
 */
export interface VarintDecoder {
  /** Decodes as many of `input` as end in it; `emit` gets the low and high 32 bits of each. */
  push(input: Uint8Array, emit: (low: number, high: number) => void): void;
  /** Whether the input so far ends with a whole varint. */
  readonly whole: () => boolean;
}

/**
 * Opens a decoder of consecutive varints.
 *
 * @param invalid - makes the error for a varint of more than 64 bits.
 */
export function varintDecoder(invalid: () => Error): VarintDecoder {
  let low = 0;
  let high = 0;
  let count = 0;
  return {
    push(input, emit) {
      for (const byte of input) {
        const seven = byte & 0x7f;
        if (count < 4) low |= seven << (7 * count);
        else if (count === 4) {
          low |= seven << 28;
          high = seven >>> 4;
        } else if (count < 9) high |= seven << (7 * count - 32);
        else if (byte > 1) throw invalid();
        else high |= seven << 31;
        if (byte > 0x7f) {
          count++;
          continue;
        }
        emit(low >>> 0, high >>> 0);
        low = high = count = 0;
      }
    },
    whole: () => count === 0,
  };
}

/**
 * Writes 64 bits as a minimal varint.
 *
 * @returns the offset after it; at most `maxVarintBytes` further.
 */
export function writeVarint(low: number, high: number, into: Uint8Array, at: number): number {
  let lower = low >>> 0;
  let upper = high >>> 0;
  let next = at;
  while (upper !== 0 || lower > 0x7f) {
    into[next++] = (lower & 0x7f) | 0x80;
    lower = ((lower >>> 7) | (upper << 25)) >>> 0;
    upper >>>= 7;
  }
  into[next++] = lower;
  return next;
}
