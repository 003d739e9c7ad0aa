import type { CodedRow } from './tensorKernels.ts';
import { frequencySum } from './frequencyTables.ts';

/** The lower end of a coder state; it stays below 2^31 and is refilled by 16 bits. */
const lowerBound = 1 << 15;
const scaleBits = 12;

/**
 * Codes symbols with given frequencies, eight states in turn, the last symbol first.
 *
 * Source: J. Duda, Asymmetric numeral systems, arXiv 1311.2540.
 *
 * @param contexts - `[symbols]`, 0 to 15.
 * @param frequencies - `[16 × 256]`, not 0 for what occurs.
 */
export function encodeRow(
  symbols: Uint8Array,
  contexts: Uint8Array,
  frequencies: Uint16Array,
): CodedRow {
  const starts = startsOf(frequencies);
  const states = new Uint32Array(8).fill(lowerBound);
  const words = new Uint8Array(2 * symbols.length);
  let at = words.length;
  for (let i = symbols.length - 1; i >= 0; i--) {
    const k = ((contexts[i] as number) << 8) | (symbols[i] as number);
    const f = frequencies[k] as number;
    let x = states[i & 7] as number;
    if (x >= f * 2 ** (31 - scaleBits)) {
      words[--at] = (x >>> 8) & 255;
      words[--at] = x & 255;
      x >>>= 16;
    }
    const q = Math.floor(x / f);
    states[i & 7] = (q << scaleBits) + (x - q * f) + (starts[k] as number);
  }
  return { states, words: words.subarray(at) };
}

/** Fills `symbols`; gives whether states and words end as they should. */
export function decodeRow(
  symbols: Uint8Array,
  contexts: Uint8Array,
  frequencies: Uint16Array,
  coded: CodedRow,
): boolean {
  const starts = startsOf(frequencies);
  const owners = ownersOf(frequencies);
  const states = coded.states.slice();
  const { words } = coded;
  let at = 0;
  for (let i = 0; i < symbols.length; i++) {
    const context = contexts[i] as number;
    let x = states[i & 7] as number;
    const slot = x & (frequencySum - 1);
    const symbol = owners[(context << scaleBits) | slot] as number;
    const k = (context << 8) | symbol;
    symbols[i] = symbol;
    x = (frequencies[k] as number) * (x >>> scaleBits) + slot - (starts[k] as number);
    if (x < lowerBound) {
      if (at + 2 > words.length) return false;
      x = (x << 16) | (words[at] as number) | ((words[at + 1] as number) << 8);
      at += 2;
    }
    states[i & 7] = x;
  }
  return at === words.length && states.every((state) => state === lowerBound);
}

function startsOf(frequencies: Uint16Array): Uint16Array {
  const starts = new Uint16Array(frequencies.length);
  for (let k = 1; k < starts.length; k++)
    starts[k] = k % 256 === 0 ? 0 : (starts[k - 1] as number) + (frequencies[k - 1] as number);
  return starts;
}

/** For each context and place, the symbol whose interval has it. */
function ownersOf(frequencies: Uint16Array): Uint8Array {
  const owners = new Uint8Array(16 << scaleBits);
  for (let context = 0; context < 16; context++) {
    let at = context << scaleBits;
    for (let symbol = 0; symbol < 256; symbol++) {
      const end = at + (frequencies[(context << 8) | symbol] as number);
      owners.fill(symbol, at, end);
      at = end;
    }
  }
  return owners;
}
