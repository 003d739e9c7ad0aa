import type { ChunkElement } from '../../core/ports/chunkCodec.ts';
import type { ElementKind } from './tensorKernels.ts';

/** log2 of an element's size. */
export function elementLog(bytes: ChunkElement['bytes']): ElementKind['log'] {
  return bytes === 1 ? 0 : bytes === 2 ? 1 : bytes === 4 ? 2 : 3;
}
