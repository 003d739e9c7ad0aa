import { zstdSize } from './packers.ts';
import { decodeHuffman, encodeHuffman } from './huffman.ts';
import { mustEqual, sumOver, type Peer, type PeerTensor } from './peer.ts';
import { isShortFloat, joinPlanes, moveSign, splitPlanes, widthOf } from './planes.ts';

const blockBytes = 256 * 1024;

/** Bytes of a plane in blocks of 256 KiB, each Huffman-coded, raw, or one repeated byte. */
function planeSize(plane: Uint8Array): { size: number; decoded: Uint8Array } {
  let size = 0;
  const decoded: Uint8Array[] = [];
  for (let at = 0; at < plane.length; at += blockBytes) {
    const block = plane.subarray(at, at + blockBytes);
    const coded = encodeHuffman(block);
    const same = block.every((byte) => byte === block[0]);
    size += 1 + (same ? 1 : (coded ?? block).length);
    decoded.push(coded === undefined ? block : decodeHuffman(coded, block.length));
  }
  return { size, decoded: Buffer.concat(decoded) };
}

/**
 * Bytes of floats of 2 or 4 bytes: sign moved, so that the exponent is a byte of its own; byte groups;
 * each coded by itself.
 */
export function groupedSize(bytes: Uint8Array, width: number): number {
  const planes = splitPlanes(moveSign(bytes, width), width).map(planeSize);
  const again = moveSign(joinPlanes(planes.map(({ decoded }) => decoded)), width, true);
  mustEqual(again, bytes, 'ZipNN');
  return planes.reduce((sum, { size }) => sum + size, 0);
}

/** Bytes of tensors by themselves: floats grouped, all of one width in one; others in one for zstd. */
export async function aloneSize(tensors: readonly PeerTensor[]): Promise<number> {
  const joined = (some: readonly PeerTensor[]) => Buffer.concat(some.map(({ bytes }) => bytes));
  const floats = tensors.filter(isShortFloat);
  const groups = [2, 4].map((width) =>
    groupedSize(joined(floats.filter((tensor) => widthOf(tensor) === width)), width),
  );
  const others = await zstdSize(joined(tensors.filter((tensor) => !isShortFloat(tensor))));
  return groups.reduce((sum, size) => sum + size, others);
}

/** Each model by itself, as published: equal tensors of two models are stored twice. */
export const zipNn: Peer = {
  name: 'ZipNN',
  kind: 'floats by themselves',
  source:
    'M. Hershcovitch et al., arXiv 2411.05239: exponent and mantissa bytes apart, Huffman in blocks ' +
    'of 256 KiB. Here all tensors of a model are one run, which is smaller; the rest of a file by zstd',
  tools: ['zstd'],
  size: (models) =>
    sumOver(
      models,
      async ({ tensors, rest }) => (await aloneSize(tensors)) + (await zstdSize(rest)),
    ),
};
