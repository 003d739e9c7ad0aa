import type { ParsedSegment } from '../../core/ports/modelFormats.ts';
import type { PayloadEncoding } from '../../core/snapshot.ts';

/** Where a payload or a checksum of one stands in a file. Bytes. */
export interface PlacedSegment {
  readonly offset: number;
  readonly sizeBytes: number;
  readonly segment:
    | { readonly is: 'payload'; readonly payload: number; readonly encoding: PayloadEncoding }
    | { readonly is: 'crc32'; readonly payload: number };
}

/**
 * Cuts a file of `fileBytes` into the placed segments and the literal bytes between them.
 *
 * Empty segments are left out. The result covers each byte exactly once, in order.
 *
 * @param overlap - makes the error for the second of two segments that share bytes or leave the file.
 */
export function partition(
  fileBytes: number,
  placed: readonly PlacedSegment[],
  overlap: (second: PlacedSegment) => Error,
): ParsedSegment[] {
  const sorted = placed
    .filter((each) => each.sizeBytes > 0)
    .sort((a, b) => a.offset - b.offset || a.sizeBytes - b.sizeBytes);
  const segments: ParsedSegment[] = [];
  let at = 0;
  const literalUntil = (end: number): void => {
    if (end > at) segments.push({ is: 'literal', offset: at, sizeBytes: end - at });
  };
  for (const each of sorted) {
    if (each.offset < at || each.offset + each.sizeBytes > fileBytes) throw overlap(each);
    literalUntil(each.offset);
    segments.push(each.segment);
    at = each.offset + each.sizeBytes;
  }
  literalUntil(fileBytes);
  return segments;
}
