import { dtypeBits, isFloat, type Dtype } from '../../core/dtype.ts';
import type { ChunkElement } from '../../core/ports/chunkCodec.ts';
import type { ParsedModel } from '../../core/ports/modelFormats.ts';

/**
 * What a codec may know of each payload's numbers: the element of the first tensor that views it.
 * A payload without a tensor is plain bytes.
 */
export function payloadElements(
  parsed: Pick<ParsedModel, 'payloadBytes' | 'tensors'>,
): ChunkElement[] {
  const elements = parsed.payloadBytes.map((): ChunkElement => ({ bytes: 1, float: false }));
  for (const { payload, dtype } of parsed.tensors.toReversed())
    if (payload !== undefined) elements[payload] = elementOf(dtype);
  return elements;
}

/** Elements under a byte count as bytes, complex numbers as two floats. */
function elementOf(dtype: Dtype): ChunkElement {
  if (dtype === 'c64') return { bytes: 4, float: true };
  if (dtype === 'c128') return { bytes: 8, float: true };
  const bytes = dtypeBits[dtype] / 8;
  if (bytes === 2 || bytes === 4 || bytes === 8) return { bytes, float: isFloat(dtype) };
  return { bytes: 1, float: false };
}
