import type { ByteReader } from '../byteReader.ts';
import { byteWriter } from '../byteWriter.ts';
import { decodeSymbols } from '../rans/decodeSymbols.ts';
import { encodeSymbols } from '../rans/encodeSymbols.ts';
import { frequenciesOf, putWeights, takeWeights, weightsOf } from './frequencyTables.ts';
import type { TensorKernels } from './tensorKernels.ts';

/** Fewer symbols are coded with frequencies that both sides learn: a table would cost too much. */
const leastForTables = 1024;
/** From here on tables cost next to nothing; between, both ways are tried. */
const alwaysTables = 8192;

/**
 * The kernels' symbols in the shorter of two ways.
 *
 * @param counts - `[16 × 256]`, how often each symbol has each context.
 */
export function codeSymbols(
  kernels: TensorKernels,
  elements: number,
  contextCount: number,
  counts: Uint32Array,
): { readonly tables: boolean; readonly bytes: Uint8Array } {
  const learnt = elements < alwaysTables ? byLearning(kernels, contextCount) : undefined;
  if (learnt !== undefined && elements < leastForTables) return { tables: false, bytes: learnt };
  const tabled = byTables(kernels, counts);
  return learnt === undefined || tabled.length < learnt.length
    ? { tables: true, bytes: tabled }
    : { tables: false, bytes: learnt };
}

function byLearning(kernels: TensorKernels, contextCount: number): Uint8Array {
  const out = byteWriter();
  encodeSymbols(kernels.symbols(), kernels.contexts(), contextCount, out);
  return out.finish();
}

/** Bits of weights below the leading one: what more would save in the row it costs in the table. */
function precisionFor(elements: number): number {
  return Math.min(8, Math.max(1, (Math.log2(elements) >>> 1) - 5));
}

function byTables(kernels: TensorKernels, counts: Uint32Array): Uint8Array {
  const out = byteWriter();
  const precision = precisionFor(counts.reduce((sum, count) => sum + count, 0));
  const weights = weightsOf(counts, precision);
  putWeights(weights, precision, out);
  const frequencies = frequenciesOf(weights);
  const { states, words } = kernels.encodeSymbols(frequencies);
  for (const state of states) for (let bit = 0; bit < 32; bit += 8) out.byte((state >>> bit) & 255);
  out.varint(words.length / 2);
  out.bytes(words);
  return out.finish();
}

/**
 * Reads what `codeSymbols` wrote to the kernels' symbols; the contexts must be there.
 *
 * @throws LineageError `codec-invalid`.
 */
export function takeSymbols(
  kernels: TensorKernels,
  row: {
    readonly elements: number;
    readonly contextCount: number;
    readonly tables: boolean;
    /** Greater symbols are refused. */
    readonly mostSymbol: number;
  },
  reader: ByteReader,
): void {
  const { elements, contextCount, tables, mostSymbol } = row;
  if (!tables) {
    const symbols = decodeSymbols(reader, kernels.contexts(), contextCount);
    if (symbols.some((symbol) => symbol > mostSymbol))
      throw reader.invalid('a symbol is too large');
    kernels.symbols().set(symbols);
    return;
  }
  const frequencies = frequenciesOf(takeWeights(reader));
  if (frequencies.some((f, k) => f > 0 && (k & 255) > mostSymbol))
    throw reader.invalid('a symbol is too large');
  const states = new Uint32Array(8);
  for (let k = 0; k < 8; k++) {
    let state = 0;
    for (let bit = 0; bit < 32; bit += 8) state |= reader.byte() << bit;
    if (state < 1 << 15) throw reader.invalid('a coder state is out of range');
    states[k] = state;
  }
  const wordCount = reader.varint();
  if (wordCount > elements) throw reader.invalid('there are more words than symbols');
  if (!kernels.decodeSymbols(frequencies, { states, words: reader.take(wordCount * 2) }))
    throw reader.invalid('the coded symbols do not end where they should');
}
