import { elementWords, putElementWords } from '../elementWords.ts';
import { addDifferences, takeDifferences } from '../delta/differences.ts';
import { addDifferences64, takeDifferences64 } from '../delta/differences64.ts';
import { contextsOf } from '../delta/exponentContext.ts';
import { decodeRow, encodeRow } from './rows.ts';
import type { ElementKind, TensorKernels } from './tensorKernels.ts';

/**
 * The kernels in plain TypeScript, for any size of chunk: what WebAssembly is tested against, and what
 * runs where it is missing.
 */
export function plainKernels(): TensorKernels {
  let kind: ElementKind = { log: 0, float: false };
  let wholeBytes = 0;
  let allBase: Uint8Array = new Uint8Array(0);
  let chunk: Uint8Array = new Uint8Array(0);
  let base: Uint8Array = allBase;
  let kept: Uint8Array | undefined;
  let symbols: Uint8Array = new Uint8Array(0);
  let contexts: Uint8Array = new Uint8Array(0);
  const words = (bytes: Uint8Array): Uint32Array =>
    elementWords(bytes, kind.log === 3 ? 4 : sizes[kind.log]);
  return {
    open(bytes, elementKind, chunkBytes, baseBytes) {
      kind = elementKind;
      wholeBytes = bytes;
      chunk = chunkBytes?.slice() ?? new Uint8Array(bytes);
      allBase = baseBytes?.slice() ?? new Uint8Array(0);
      base = allBase;
      kept = undefined;
      symbols = new Uint8Array(bytes >>> kind.log);
      contexts = new Uint8Array(symbols.length);
      return true;
    },
    changedBlocks() {
      const blockBytes = 64 << kind.log;
      const flags = new Uint8Array(Math.ceil(wholeBytes / blockBytes));
      for (let i = 0; i < wholeBytes; i++)
        if (chunk[i] !== base[i]) flags[Math.floor(i / blockBytes)] = 1;
      return flags;
    },
    keepBlocks(flags) {
      kept = flags.slice();
      chunk = gathered(chunk, kept, kind.log);
      base = gathered(base, kept, kind.log);
      symbols = new Uint8Array(base.length >>> kind.log);
      contexts = new Uint8Array(symbols.length);
      return symbols.length;
    },
    chunkBytes: () => chunk,
    baseBytes: () => base,
    commonBits() {
      let any = 0;
      for (const word of words(chunk)) any |= word;
      for (const word of words(base)) any |= word;
      return (kind.float ? any & 0x7fffffff : any) >>> 0;
    },
    contextsOfBase(rule) {
      const all = words(base);
      contexts = contextsOf(
        kind.log === 3 ? all.filter((_, i) => i % 2 === 1) : all,
        kind.float,
        rule,
      );
    },
    takeDifferences(shift) {
      const taken =
        kind.log === 3
          ? takeDifferences64(words(chunk), words(base), kind.float)
          : takeDifferences(words(chunk), words(base), kind.float, shift);
      symbols = taken.symbols;
      return { bits: taken.bits, counts: countsOf(symbols, contexts) };
    },
    addDifferences(shift, bits) {
      const sums = words(base);
      const exact =
        kind.log === 3
          ? addDifferences64(sums, { symbols, bits }, kind.float)
          : addDifferences(sums, { symbols, bits }, kind.float, shift);
      chunk = new Uint8Array(base.length);
      putElementWords(chunk, sums, kind.log === 3 ? 4 : sizes[kind.log]);
      return exact;
    },
    symbols: () => symbols,
    contexts: () => contexts,
    encodeSymbols: (frequencies) => encodeRow(symbols, contexts, frequencies),
    decodeSymbols: (frequencies, coded) => decodeRow(symbols, contexts, frequencies, coded),
    finish: () =>
      kept === undefined ? new Uint8Array(chunk) : scattered(chunk, allBase, kept, kind.log),
  };
}

const sizes = [1, 2, 4] as const;

function countsOf(symbols: Uint8Array, contexts: Uint8Array): Uint32Array {
  const counts = new Uint32Array(16 * 256);
  for (let i = 0; i < symbols.length; i++) {
    const k = ((contexts[i] as number) << 8) | (symbols[i] as number);
    counts[k] = (counts[k] as number) + 1;
  }
  return counts;
}

function gathered(bytes: Uint8Array, flags: Uint8Array, log: number): Uint8Array<ArrayBuffer> {
  const blockBytes = 64 << log;
  return bytes.filter((_, i) => flags[Math.floor(i / blockBytes)] === 1);
}

function scattered(
  changed: Uint8Array,
  base: Uint8Array,
  flags: Uint8Array,
  log: number,
): Uint8Array<ArrayBuffer> {
  const blockBytes = 64 << log;
  let next = 0;
  return Uint8Array.from(base, (byte, i) =>
    flags[Math.floor(i / blockBytes)] === 1 ? (changed[next++] as number) : byte,
  );
}
