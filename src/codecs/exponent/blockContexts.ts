import type { ByteReader } from '../byteReader.ts';
import type { ByteWriter } from '../byteWriter.ts';
import { estimatedBits } from '../kernels/estimatedBits.ts';
import { wordsAsNumbers } from '../kernels/wordsAsNumbers.ts';
import type { ElementKind, FieldRule, TensorKernels } from '../kernels/tensorKernels.ts';
import { symbolsOf } from './chooseFields.ts';
import { decodeSymbols } from '../rans/decodeSymbols.ts';
import { encodeSymbols } from '../rans/encodeSymbols.ts';

/** Contexts of whole blocks, told to the decoder: rows and channels of a tensor differ in their size. */
export interface BlockContexts {
  /** `[blocks]`, 0 to 15: the larger the elements, the smaller. */
  readonly contexts: Uint8Array;
  /** log2 of the elements in a block. */
  readonly log: number;
}

/** Blocks tried. */
const blockLogs = [6, 8];
/** Fewer elements do not pay for more than one context. */
const leastElements = 2048;
/** Elements that are looked at to choose, in the middle of the chunk. */
const sampleElements = 8192;

/** The contexts that should make the chunk smaller than one context for all does, if any. */
export function chooseBlocks(
  kernels: TensorKernels,
  rule: FieldRule,
  kind: ElementKind,
  elements: number,
): BlockContexts | undefined {
  if (elements < leastElements || kind.log === 0) return undefined;
  const from = Math.max(0, (elements - sampleElements) >>> 1);
  const sample = wordsAsNumbers(kernels.chunkBytes(), kind.log, sampleElements);
  const symbols = symbolsOf(sample, rule, kind.log);
  let least = estimatedBits(symbols, new Uint8Array(symbols.length), 1, elements);
  let best: BlockContexts | undefined;
  for (const log of blockLogs) {
    // Two bits of the mantissa count: a level is a quarter of an octave.
    const contexts = quantised(kernels.levels(log, Math.max(0, exponentAt[kind.log] - 2)));
    const own = new Uint8Array(symbols.length);
    for (let i = 0; i < own.length; i++) own[i] = contexts[(from + i) >>> log] as number;
    const told = changes(contexts);
    const bits =
      estimatedBits(symbols, own, 16, elements) +
      estimatedBits(told, new Uint8Array(told.length), 1, told.length);
    if (bits >= least) continue;
    least = bits;
    best = { contexts, log };
  }
  return best;
}

const exponentAt = [24, 23, 23, 52] as const;

/** Levels in 16 steps between those that few lie beyond. */
function quantised(levels: Uint16Array): Uint8Array {
  const sorted = levels.filter((level) => level > 0).sort();
  const low = sorted[Math.floor(sorted.length * 0.02)] ?? 0;
  const high = sorted[Math.floor(sorted.length * 0.98)] ?? 0;
  const step = Math.max(1, (high - low) / 14);
  return Uint8Array.from(levels, (level) =>
    Math.min(15, Math.max(0, Math.floor((high - level) / step) + 1)),
  );
}

/** Of each context, how it differs from the one before it. */
function changes(contexts: Uint8Array): Uint8Array {
  return contexts.map((context, i) => (context - (i === 0 ? 0 : (contexts[i - 1] as number))) & 15);
}

export function putBlockContexts(contexts: Uint8Array, out: ByteWriter): void {
  encodeSymbols(changes(contexts), new Uint8Array(contexts.length), 1, out);
}

/** @throws LineageError `codec-invalid`. */
export function takeBlockContexts(reader: ByteReader, blocks: number): Uint8Array {
  const contexts = decodeSymbols(reader, new Uint8Array(blocks), 1);
  for (let i = 0, last = 0; i < blocks; i++) {
    last = (last + (contexts[i] as number)) & 15;
    contexts[i] = last;
  }
  return contexts;
}
