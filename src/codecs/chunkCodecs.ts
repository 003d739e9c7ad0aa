import type { ChunkCodec } from '../core/ports/chunkCodec.ts';
import { deflateCodec } from './deflateCodec.ts';
import { deltaCodec } from './delta/deltaCodec.ts';
import { derivedCodecs } from './derived/derivedCodecs.ts';
import { exponentCodec } from './exponent/exponentCodec.ts';
import { stepsCodec } from './steps/stepsCodec.ts';

/** Every codec that chunks may be stored with. Ids and formats: `docs/storage-format.md`. */
export function chunkCodecs(): readonly ChunkCodec[] {
  const plain = [deltaCodec, exponentCodec, deflateCodec];
  return [...plain, stepsCodec, ...derivedCodecs(plain)];
}
