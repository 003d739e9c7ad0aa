import type { ChunkCodec } from '../core/ports/chunkCodec.ts';
import { deflateCodec } from './deflateCodec.ts';
import { deltaCodec } from './delta/deltaCodec.ts';
import { exponentCodec } from './exponent/exponentCodec.ts';
import { stepsCodec } from './steps/stepsCodec.ts';

/** Every codec that chunks may be stored with. Ids and formats: `docs/storage-format.md`. */
export function chunkCodecs(): readonly ChunkCodec[] {
  return [deltaCodec, exponentCodec, deflateCodec, stepsCodec];
}
