import type { ChunkCodec } from '../core/ports/chunkCodec.ts';
import { deflateCodec } from './deflateCodec.ts';
import { deltaCodec } from './delta/deltaCodec.ts';
import { tensorDelta } from './delta/tensorDelta.ts';
import { derivedCodecs } from './derived/derivedCodecs.ts';
import { exponentCodec } from './exponent/exponentCodec.ts';
import { tensorExponents } from './exponent/tensorExponents.ts';
import { stepsCodec } from './steps/stepsCodec.ts';

/** Every codec that chunks may be stored with, those that new ones are written with first. Ids and formats: `docs/storage-format.md`. */
export function chunkCodecs(): readonly ChunkCodec[] {
  const plain = [tensorDelta, tensorExponents, deflateCodec, deltaCodec, exponentCodec];
  return [...plain, stepsCodec, ...derivedCodecs(plain)];
}
