import type { PayloadEncoding } from '../../core/snapshot.ts';
import { rawDeflater } from '../../codecs/rawDeflater.ts';
import type { VarintEncoding } from './varint.ts';
import { maxVarintBytes, varintElementBytes, writeVarint } from './varint.ts';
import { inPiecesOf } from './pieces.ts';

type Piece = Uint8Array<ArrayBuffer>;

/** Bytes of elements that are encoded at once: a multiple of every element's size. */
const stepBytes = 65536;

/**
 * A payload's bytes as they stand in a file, from its decoded bytes: the inverse of `readPayload`.
 *
 * Memory is bounded whatever the payload's size. The caller owns the pieces.
 */
export function encodePayload(
  decoded: AsyncIterable<Piece>,
  encoding: PayloadEncoding,
): AsyncIterable<Piece> {
  switch (encoding.is) {
    case 'raw':
      return decoded;
    case 'varint':
      return encodeVarints(decoded, encoding);
    case 'deflate':
      return encodeDeflate(decoded, encoding.level);
  }
}

async function* encodeVarints(
  decoded: AsyncIterable<Piece>,
  encoding: VarintEncoding,
): AsyncGenerator<Piece> {
  const bytes = varintElementBytes(encoding);
  for await (const piece of inPiecesOf(stepBytes, decoded)) {
    const view = new DataView(piece.buffer, piece.byteOffset, piece.byteLength);
    const out = new Uint8Array((piece.length / bytes) * maxVarintBytes);
    let end = 0;
    for (let at = 0; at < piece.length; at += bytes) {
      const low = lowBits(view, at, encoding);
      const high = bytes === 8 ? view.getUint32(at + 4, true) : encoding.signed ? low >> 31 : 0;
      end = writeVarint(low, high, out, end);
    }
    yield out.slice(0, end);
  }
}

/** The element's low 32 bits, sign-extended to 32 if `signed`. */
function lowBits(view: DataView, at: number, { elementBits, signed }: VarintEncoding): number {
  if (elementBits === 8) return signed ? view.getInt8(at) : view.getUint8(at);
  if (elementBits === 16) return signed ? view.getInt16(at, true) : view.getUint16(at, true);
  return view.getInt32(at, true);
}

async function* encodeDeflate(decoded: AsyncIterable<Piece>, level: number): AsyncGenerator<Piece> {
  const pending: Piece[] = [];
  const deflater = rawDeflater(level, (piece) => pending.push(piece));
  for await (const piece of decoded) {
    deflater.push(piece);
    yield* pending.splice(0);
  }
  deflater.end();
  yield* pending.splice(0);
}
