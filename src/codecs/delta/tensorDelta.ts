import type { ChunkCodec, ChunkElement } from '../../core/ports/chunkCodec.ts';
import { byteReader } from '../byteReader.ts';
import type { ByteReader } from '../byteReader.ts';
import { byteWriter } from '../byteWriter.ts';
import type { ByteWriter } from '../byteWriter.ts';
import { elementWords } from '../elementWords.ts';
import { withKernels } from '../kernels/chooseKernels.ts';
import { elementLog } from '../kernels/elementLog.ts';
import type { ContextRule, ElementKind, TensorKernels } from '../kernels/tensorKernels.ts';
import { codeSymbols, takeSymbols } from '../kernels/symbolRow.ts';
import { candidateRules, chooseRule } from './chooseRule.ts';
import { takeDifferences } from './differences.ts';
import { takeDifferences64 } from './differences64.ts';
import { putBlockRuns, takeBlockRuns } from './blockRuns.ts';

/**
 * Chunks as differences to a base of the same length, at the speed of storage: for weights that were
 * trained further.
 *
 * The bytes are specified in `docs/storage-format.md`, "Codec 4: delta". Lossless for every pattern.
 */
export const tensorDelta: ChunkCodec = { id: 4, name: 'delta', needs: 'base', encode, decode };

function encode(
  bytes: Uint8Array,
  [base]: readonly Uint8Array[],
  element: ChunkElement,
): Uint8Array<ArrayBuffer> | undefined {
  if (base?.length !== bytes.length) return undefined;
  const kind: ElementKind = { log: elementLog(element.bytes), float: element.float };
  return withKernels((kernels) => encodeWith(kernels, bytes, base, kind)).encoded;
}

/**
 * Encodes with the kernels given.
 *
 * @returns nothing encoded where that is not smaller than the bytes.
 */
export function encodeWith(
  kernels: TensorKernels,
  bytes: Uint8Array,
  base: Uint8Array,
  kind: ElementKind,
): { readonly encoded: Uint8Array<ArrayBuffer> | undefined } | 'too large' {
  const out = byteWriter();
  const whole = bytes.length - (bytes.length % (1 << kind.log));
  if (!kernels.open(whole, kind, bytes.subarray(0, whole), base.subarray(0, whole)))
    return 'too large';
  const flags = kernels.changedBlocks().slice();
  const skips = flags.includes(0);
  const elements = skips ? kernels.keepBlocks(flags) : whole >>> kind.log;
  const shift = kind.log === 3 ? 0 : lowZeros(kernels.commonBits());
  const { rule, coded, bits } = codeDifferences(kernels, kind, elements, shift);
  putHead(out, { kind, skips, tables: coded.tables, shift, rule });
  if (skips) putBlockRuns(out, flags);
  out.bytes(coded.bytes);
  out.bytes(bits);
  out.bytes(bytes.subarray(whole));
  const encoded = out.finish();
  return { encoded: encoded.length < bytes.length ? encoded : undefined };
}

function decode(
  encoded: Uint8Array,
  [base]: readonly Uint8Array[],
  rawBytes: number,
): Uint8Array<ArrayBuffer> {
  if (base?.length !== rawBytes)
    throw byteReader(encoded, 'delta').invalid('the base has another length');
  return withKernels((kernels) => decodeWith(kernels, encoded, base));
}

/** Decodes with the kernels given. @throws LineageError `codec-invalid`. */
export function decodeWith(
  kernels: TensorKernels,
  encoded: Uint8Array,
  base: Uint8Array,
): Uint8Array<ArrayBuffer> | 'too large' {
  const reader = byteReader(encoded, 'delta');
  const { kind, skips, tables, shift, rule } = takeHead(reader);
  const whole = base.length - (base.length % (1 << kind.log));
  if (!kernels.open(whole, kind, undefined, base.subarray(0, whole))) return 'too large';
  let elements = whole >>> kind.log;
  if (skips) elements = kernels.keepBlocks(takeBlockRuns(reader, Math.ceil(elements / 64)));
  kernels.contextsOfBase(rule);
  const mostSymbol = kind.log === 3 ? 254 : 246;
  takeSymbols(kernels, { elements, contextCount: rule.count, tables, mostSymbol }, reader);
  const tailBytes = base.length - whole;
  if (reader.left() < tailBytes) throw reader.invalid('the last bytes are missing');
  if (!kernels.addDifferences(shift, reader.take(reader.left() - tailBytes)))
    throw reader.invalid('the bits beside the symbols are too few or too many');
  const decoded = kernels.finish();
  if (tailBytes === 0) return decoded;
  const bytes = new Uint8Array(base.length);
  bytes.set(decoded);
  bytes.set(reader.take(tailBytes), whole);
  return bytes;
}

/** Elements looked at to choose the contexts. */
const sampleElements = 4096;
/** Up to here every rule is tried on all elements. */
const fewElements = 1024;

/** Codes the elements by the rule that suits them best. */
function codeDifferences(
  kernels: TensorKernels,
  kind: ElementKind,
  elements: number,
  shift: number,
) {
  const { keys, symbols } = sampleOf(kernels, kind, elements, shift);
  const rules =
    elements <= fewElements
      ? candidateRules(keys, kind)
      : [chooseRule(keys, symbols, kind, elements)];
  const [best] = rules
    .map((rule) => {
      kernels.contextsOfBase(rule);
      const { bits, counts } = kernels.takeDifferences(shift);
      return { rule, bits, coded: codeSymbols(kernels, elements, rule.count, counts) };
    })
    .sort((a, b) => a.coded.bytes.length - b.coded.bytes.length);
  if (best === undefined) throw new Error('there is a rule without contexts');
  return best;
}

/** Differences of elements from the middle of the chunk, and the words that tell their contexts. */
function sampleOf(kernels: TensorKernels, kind: ElementKind, elements: number, shift: number) {
  const from = Math.max(0, (elements - sampleElements) >>> 1) << kind.log;
  const to = from + (sampleElements << kind.log);
  const words = wordsOf(kernels.chunkBytes().subarray(from, to), kind);
  const base = wordsOf(kernels.baseBytes().subarray(from, to), kind);
  const { symbols } =
    kind.log === 3
      ? takeDifferences64(words, base, kind.float)
      : takeDifferences(words, base, kind.float, shift);
  return { symbols, keys: kind.log === 3 ? base.filter((_, i) => i % 2 === 1) : base };
}

interface Head {
  readonly kind: ElementKind;
  readonly skips: boolean;
  readonly tables: boolean;
  readonly shift: number;
  readonly rule: ContextRule;
}

function putHead(out: ByteWriter, { kind, skips, tables, shift, rule }: Head): void {
  const usual = shift === usualShift(kind.log);
  out.byte(
    kind.log | (kind.float ? 4 : 0) | (skips ? 8 : 0) | (tables ? 16 : 0) | (usual ? 0 : 32),
  );
  if (!usual) out.byte(shift);
  out.byte(rule.shift | (Math.log2(rule.count) << 5));
  if (rule.count > 1) out.varint(rule.top);
}

function takeHead(reader: ByteReader): Head {
  const kind = reader.byte();
  const shift = (kind & 32) === 0 ? usualShift((kind & 3) as ElementKind['log']) : reader.byte();
  const contexts = reader.byte();
  if (kind > 63 || shift > 31 || contexts >>> 5 > 4)
    throw reader.invalid('the head is not of this codec');
  const count = 1 << (contexts >>> 5);
  const top = count > 1 ? reader.varint() : 0;
  if (top >= 2 ** 31) throw reader.invalid('the top of the contexts is too large');
  return {
    kind: { log: (kind & 3) as ElementKind['log'], float: (kind & 4) !== 0 },
    skips: (kind & 8) !== 0,
    tables: (kind & 16) !== 0,
    shift,
    rule: { shift: contexts & 31, top, count },
  };
}

function wordsOf(bytes: Uint8Array, { log }: ElementKind): Uint32Array {
  return elementWords(bytes, log === 0 ? 1 : log === 1 ? 2 : 4);
}

/** The low bits of a word that no element of this size has. */
function usualShift(log: ElementKind['log']): number {
  return ([24, 16, 0, 0] as const)[log];
}

/** How many low bits are 0; 31 of nothing. */
function lowZeros(any: number): number {
  return any === 0 ? 31 : 31 - Math.clz32(any & -any);
}
