import { elementWords, putElementWords } from '../elementWords.ts';
import { addDifferences, takeDifferences } from '../delta/differences.ts';
import { addDifferences64, takeDifferences64 } from '../delta/differences64.ts';
import { contextsOf } from '../delta/exponentContext.ts';
import { levelsOf, putFields, surveyOf, takeFields, wordsOf, writeWords } from './fields.ts';
import { decodeRow, encodeRow } from './rows.ts';
import type {
  CodedRow,
  ContextRule,
  ElementKind,
  FieldRule,
  FieldSurvey,
  TensorKernels,
} from './tensorKernels.ts';

/**
 * The kernels in plain TypeScript, for any size of chunk: what WebAssembly is tested against, and what
 * runs where it is missing.
 */
export function plainKernels(): TensorKernels {
  return new PlainKernels();
}

class PlainKernels implements TensorKernels {
  #kind: ElementKind = { log: 0, float: false };
  #chunk = new Uint8Array(0);
  #base = new Uint8Array(0);
  #wholeBase = new Uint8Array(0);
  #kept: Uint8Array | undefined;
  #symbols: Uint8Array = new Uint8Array(0);
  #contexts: Uint8Array = new Uint8Array(0);

  open(
    bytes: number,
    kind: ElementKind,
    chunk: Uint8Array | undefined,
    base: Uint8Array | undefined,
  ): boolean {
    this.#kind = kind;
    this.#chunk = new Uint8Array(bytes);
    if (chunk !== undefined) this.#chunk.set(chunk);
    this.#wholeBase = new Uint8Array(base ?? []);
    this.#base = this.#wholeBase;
    this.#kept = undefined;
    this.#begin(bytes >>> kind.log);
    return true;
  }

  changedBlocks(): Uint8Array {
    const { log } = this.#kind;
    const flags = new Uint8Array(Math.ceil((this.#chunk.length >>> log) / 64));
    for (let i = 0; i < this.#chunk.length; i++)
      if (this.#chunk[i] !== this.#base[i]) flags[i >>> (log + 6)] = 1;
    return flags;
  }

  keepBlocks(flags: Uint8Array): number {
    const { log } = this.#kind;
    const kept = flags.slice();
    this.#kept = kept;
    this.#chunk = this.#chunk.filter((_, i) => kept[i >>> (log + 6)] === 1);
    this.#base = this.#base.filter((_, i) => kept[i >>> (log + 6)] === 1);
    this.#begin(this.#base.length >>> log);
    return this.#symbols.length;
  }

  chunkBytes(): Uint8Array {
    return this.#chunk;
  }

  baseBytes(): Uint8Array {
    return this.#base;
  }

  commonBits(): number {
    let any = 0;
    for (const word of this.#words(this.#chunk)) any |= word;
    for (const word of this.#words(this.#base)) any |= word;
    return (this.#kind.float ? any & 0x7fffffff : any) >>> 0;
  }

  contextsOfBase(rule: ContextRule): void {
    const words = this.#words(this.#base);
    const keys = this.#kind.log === 3 ? words.filter((_, i) => i % 2 === 1) : words;
    this.#contexts = contextsOf(keys, this.#kind.float, rule);
  }

  takeDifferences(shift: number): { bits: Uint8Array; counts: Uint32Array } {
    const [words, base] = [this.#words(this.#chunk), this.#words(this.#base)];
    const { symbols, bits } =
      this.#kind.log === 3
        ? takeDifferences64(words, base, this.#kind.float)
        : takeDifferences(words, base, this.#kind.float, shift);
    this.#symbols = symbols;
    return { bits, counts: this.#counts() };
  }

  addDifferences(shift: number, bits: Uint8Array): boolean {
    // Differences never take more bits than the elements have.
    if (bits.length > this.#base.length) return false;
    const words = this.#words(this.#base);
    const differences = { symbols: this.#symbols, bits };
    const exact =
      this.#kind.log === 3
        ? addDifferences64(words, differences, this.#kind.float)
        : addDifferences(words, differences, this.#kind.float, shift);
    this.#chunk = new Uint8Array(this.#base.length);
    putElementWords(this.#chunk, words, wordSizes[this.#kind.log]);
    return exact;
  }

  surveyFields(): FieldSurvey {
    return surveyOf(wordsOf(this.#chunk, this.#kind.log), this.#kind.log);
  }

  levels(blockLog: number, keyShift: number): Uint16Array {
    const { log } = this.#kind;
    return levelsOf(wordsOf(this.#chunk, log), log, blockLog, keyShift);
  }

  contextsOfBlocks(contexts: Uint8Array, blockLog: number): void {
    this.#contexts = this.#contexts.map((_, i) => (contexts[i >>> blockLog] as number) & 15);
  }

  takeFields(rule: FieldRule): { bits: Uint8Array; counts: Uint32Array } {
    const { log } = this.#kind;
    const { symbols, bits } = takeFields(wordsOf(this.#chunk, log), log, rule);
    this.#symbols = symbols;
    return { bits, counts: this.#counts() };
  }

  putFields(rule: FieldRule, bits: Uint8Array): boolean {
    if (bits.length > this.#chunk.length) return false;
    const { log } = this.#kind;
    const { words, exact } = putFields(this.#symbols, bits, log, rule);
    writeWords(this.#chunk, words, log);
    return exact;
  }

  symbols(): Uint8Array {
    return this.#symbols;
  }

  contexts(): Uint8Array {
    return this.#contexts;
  }

  encodeSymbols(frequencies: Uint16Array): CodedRow {
    return encodeRow(this.#symbols, this.#contexts, frequencies);
  }

  decodeSymbols(frequencies: Uint16Array, coded: CodedRow): boolean {
    return decodeRow(this.#symbols, this.#contexts, frequencies, coded);
  }

  finish(): Uint8Array<ArrayBuffer> {
    const [chunk, kept] = [this.#chunk, this.#kept];
    if (kept === undefined) return chunk.slice();
    let next = 0;
    return this.#wholeBase.map((byte, i) =>
      kept[i >>> (this.#kind.log + 6)] === 1 ? (chunk[next++] as number) : byte,
    );
  }

  #begin(elements: number): void {
    this.#symbols = new Uint8Array(elements);
    this.#contexts = new Uint8Array(elements);
  }

  /** 32-bit words; two, the low one first, for elements of eight bytes. */
  #words(bytes: Uint8Array): Uint32Array {
    return elementWords(bytes, wordSizes[this.#kind.log]);
  }

  #counts(): Uint32Array {
    const counts = new Uint32Array(16 * 256);
    for (let i = 0; i < this.#symbols.length; i++) {
      const k = ((this.#contexts[i] as number) << 8) | (this.#symbols[i] as number);
      counts[k] = (counts[k] as number) + 1;
    }
    return counts;
  }
}

const wordSizes = [1, 2, 4, 4] as const;
