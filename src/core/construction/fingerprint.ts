import type { TensorId } from '../ids.ts';
import type { ParsedModel } from '../ports/modelFormats.ts';
import type { ModelFingerprint } from './types.ts';

/** Takes the bytes of one payload, in order. */
export interface PayloadPrinter {
  /** The next bytes, in pieces of any size. Reads them before it returns and keeps none. */
  update(bytes: Uint8Array): void;
  /** Ends the payload; `id` is what hashing gave. */
  finish(id: TensorId): void;
}

/** Makes the fingerprint of a model while its payloads stream by, in any order. */
export interface ModelFingerprinter {
  payload(index: number): PayloadPrinter;
  /** The fingerprint; every payload must have been finished. */
  finish(): ModelFingerprint;
}

/** The parts of a parsed model that a fingerprint needs. */
export type FingerprintInput = Pick<
  ParsedModel,
  'format' | 'tensors' | 'payloadBytes' | 'architecture'
>;
