import type { ChunkCodec, ChunkElement } from '../../core/ports/chunkCodec.ts';
import { byteReader } from '../byteReader.ts';
import type { ByteReader } from '../byteReader.ts';
import { byteWriter } from '../byteWriter.ts';
import type { ByteWriter } from '../byteWriter.ts';
import { withKernels } from '../kernels/chooseKernels.ts';
import { elementLog } from '../kernels/elementLog.ts';
import { codeSymbols, takeSymbols } from '../kernels/symbolRow.ts';
import type { ElementKind, FieldRule, TensorKernels } from '../kernels/tensorKernels.ts';
import { chooseBlocks } from './blockContexts.ts';
import { chooseFields } from './chooseFields.ts';
import { putBlockContexts, takeBlockContexts } from './blockContexts.ts';

/**
 * Chunks alone: exponents of floats and what else is not noise is coded, the rest is kept.
 *
 * The bytes are specified in `docs/storage-format.md`, "Codec 5: exponents". Lossless for every pattern.
 */
export const tensorExponents: ChunkCodec = {
  id: 5,
  name: 'exponents',
  needs: 'nothing',
  encode,
  decode,
};

/** Less is not worth a decoder's time. */
const leastGain = 0.02;

function encode(
  bytes: Uint8Array,
  bases: readonly Uint8Array[],
  element: ChunkElement,
): Uint8Array<ArrayBuffer> | undefined {
  if (bases.length > 0 || (element.bytes > 1 && !element.float)) return undefined;
  const kind: ElementKind = { log: elementLog(element.bytes), float: element.float };
  return withKernels((kernels) => encodeWith(kernels, bytes, kind)).encoded;
}

/**
 * Encodes with the kernels given.
 *
 * @returns nothing encoded where the codec does not apply or does not pay.
 */
export function encodeWith(
  kernels: TensorKernels,
  bytes: Uint8Array,
  kind: ElementKind,
): { readonly encoded: Uint8Array<ArrayBuffer> | undefined } | 'too large' {
  const whole = bytes.length - (bytes.length % (1 << kind.log));
  if (!kernels.open(whole, kind, bytes.subarray(0, whole), undefined)) return 'too large';
  const elements = whole >>> kind.log;
  const [best] = chooseFields(kernels, kind, elements)
    .map((rule) => codeFields(kernels, rule, kind, elements))
    .sort((a, b) => a.length - b.length);
  if (best === undefined) return { encoded: undefined };
  const out = byteWriter();
  out.bytes(best);
  out.bytes(bytes.subarray(whole));
  const encoded = out.finish();
  return { encoded: encoded.length <= bytes.length * (1 - leastGain) ? encoded : undefined };
}

/** All but the tail, by one rule. */
function codeFields(
  kernels: TensorKernels,
  rule: FieldRule,
  kind: ElementKind,
  elements: number,
): Uint8Array {
  const blocks = chooseBlocks(kernels, rule, kind, elements);
  const contexts = blocks?.contexts ?? new Uint8Array(Math.ceil(elements / 256));
  kernels.contextsOfBlocks(contexts, blocks?.log ?? 8);
  const { bits, counts } = kernels.takeFields(rule);
  const coded = codeSymbols(kernels, elements, blocks === undefined ? 1 : 16, counts);
  const out = byteWriter();
  putHead(out, { kind, rule, tables: coded.tables, blockLog: blocks?.log });
  if (blocks !== undefined) putBlockContexts(blocks.contexts, out);
  out.bytes(coded.bytes);
  out.bytes(bits);
  return out.finish();
}

function decode(
  encoded: Uint8Array,
  _bases: readonly Uint8Array[],
  rawBytes: number,
): Uint8Array<ArrayBuffer> {
  return withKernels((kernels) => decodeWith(kernels, encoded, rawBytes));
}

/** Decodes with the kernels given. @throws LineageError `codec-invalid`. */
export function decodeWith(
  kernels: TensorKernels,
  encoded: Uint8Array,
  rawBytes: number,
): Uint8Array<ArrayBuffer> | 'too large' {
  const reader = byteReader(encoded, 'exponents');
  const { kind, rule, tables, blockLog } = takeHead(reader);
  const whole = rawBytes - (rawBytes % (1 << kind.log));
  if (!kernels.open(whole, kind, undefined, undefined)) return 'too large';
  const elements = whole >>> kind.log;
  const blocked = blockLog !== undefined;
  if (blocked) {
    const blocks = Math.ceil(elements / 2 ** blockLog);
    kernels.contextsOfBlocks(takeBlockContexts(reader, blocks), blockLog);
  } else kernels.contextsOfBlocks(new Uint8Array(Math.ceil(elements / 256)), 8);
  const contextCount = blocked ? 16 : 1;
  takeSymbols(kernels, { elements, contextCount, tables, mostSymbol: 255 }, reader);
  const tailBytes = rawBytes - whole;
  if (reader.left() < tailBytes) throw reader.invalid('the last bytes are missing');
  if (!kernels.putFields(rule, reader.take(reader.left() - tailBytes)))
    throw reader.invalid('the bits beside the symbols are too few or too many');
  const decoded = kernels.finish();
  if (tailBytes === 0) return decoded;
  const bytes = new Uint8Array(rawBytes);
  bytes.set(decoded);
  bytes.set(reader.take(tailBytes), whole);
  return bytes;
}

interface Head {
  readonly kind: ElementKind;
  readonly rule: FieldRule;
  readonly tables: boolean;
  /** log2 of the elements in a block with one context; undefined without contexts. */
  readonly blockLog: number | undefined;
}

function putHead(out: ByteWriter, { kind, rule, tables, blockLog }: Head): void {
  const flags =
    (rule.zeros ? 4 : 0) |
    (rule.signed ? 8 : 0) |
    (tables ? 16 : 0) |
    (blockLog === undefined ? 0 : 32) |
    (rule.shift === 0 ? 0 : 64);
  out.byte(kind.log | flags);
  out.byte(rule.cut);
  if (rule.shift > 0) out.byte(rule.shift);
  out.varint(rule.least);
  if (blockLog !== undefined) out.byte(blockLog);
}

function takeHead(reader: ByteReader): Head {
  const flags = reader.byte();
  const log = (flags & 3) as ElementKind['log'];
  const cut = reader.byte();
  const shift = (flags & 64) === 0 ? 0 : reader.byte();
  if (flags > 127 || cut > (log === 3 ? 56 : 31) || shift > cut)
    throw reader.invalid('the head is not of this codec');
  const least = reader.varint();
  if (least >= 2 ** 31) throw reader.invalid('the least symbol is too large');
  const blockLog = (flags & 32) === 0 ? undefined : reader.byte();
  if (blockLog !== undefined && (blockLog < 6 || blockLog > 12))
    throw reader.invalid('the size of blocks is out of range');
  return {
    kind: { log, float: true },
    rule: { cut, shift, least, zeros: (flags & 4) !== 0, signed: (flags & 8) !== 0 },
    tables: (flags & 16) !== 0,
    blockLog,
  };
}
