import type { FingerprintInput, ModelFingerprinter } from '../../core/construction/fingerprint.ts';
import type { ModelFingerprint } from '../../core/construction/types.ts';
import { toBase64 } from '../../core/base64.ts';
import type { ChunkId, SkeletonId, SnapshotId, TensorId } from '../../core/ids.ts';
import { canonicalBytes } from '../../core/canonical.ts';
import type { Hasher } from '../../core/ports/hasher.ts';
import type { ModelCandidate, ModelFormats, ParsedModel } from '../../core/ports/modelFormats.ts';
import type { Run } from '../../core/ports/run.ts';
import {
  inlineBytes,
  type Manifest,
  type Payload,
  type Segment,
  type Skeleton,
} from '../../core/snapshot.ts';
import { tensorIdInput } from '../../core/tensorIdInput.ts';
import { literalPieces } from './literalPieces.ts';
import type { PieceCache } from './pieceCache.ts';
import type { ProgressMeter } from './progressMeter.ts';

/** Hashes of pieces under way at once: reading and hashing overlap, memory stays bounded. */
const hashesInFlight = 4;

/** A model whose content is known but not stored. */
export interface ScannedModel {
  readonly candidate: ModelCandidate;
  readonly parsed: ParsedModel;
  readonly skeleton: Skeleton;
  readonly manifest: Manifest;
  /** What the store will call it. */
  readonly snapshot: SnapshotId;
  readonly fingerprint: ModelFingerprint;
}

export interface ScanPorts {
  readonly formats: ModelFormats;
  readonly hasher: Hasher;
  readonly fingerprinter: (input: FingerprintInput) => ModelFingerprinter;
}

/**
 * Reads a model once from end to end: its structure, the id of every chunk, and its fingerprint.
 * Stores nothing; keeps pieces in `cache` as far as that has room.
 *
 * @throws LineageError as `ModelFormats.parse` and the file do.
 */
export async function scanModel(
  ports: ScanPorts,
  candidate: ModelCandidate,
  cache: PieceCache,
  meter: ProgressMeter,
  run: Run,
): Promise<ScannedModel> {
  const parsed = await ports.formats.parse(candidate, run);
  const printer = ports.fingerprinter(parsed);
  const payloads: Payload[] = [];
  for (let index = 0; index < parsed.payloadBytes.length; index++) {
    const print = printer.payload(index);
    const payload = await scanPayload(ports.hasher, parsed.payload(index), cache, (piece) => {
      print.update(piece);
      meter.add(piece.byteLength);
    });
    print.finish(payload.id);
    payloads.push(payload);
  }
  const literals = await scanPayload(ports.hasher, literalPieces(parsed), cache, (piece) => {
    meter.add(piece.byteLength);
  });
  const skeleton: Skeleton = {
    version: 1,
    format: parsed.format,
    files: parsed.files.map(({ segments }) => ({
      segments: segments.map((segment): Segment =>
        segment.is === 'literal' ? { is: 'literal', sizeBytes: segment.sizeBytes } : segment,
      ),
    })),
    literals,
    tensors: parsed.tensors,
  };
  const manifest: Manifest = {
    version: 1,
    skeleton: (await ports.hasher.sha256(canonicalBytes(skeleton))) as SkeletonId,
    files: candidate.files.map(({ path, sizeBytes }) => ({
      name: path.slice(path.lastIndexOf('/') + 1),
      sizeBytes,
    })),
    payloads,
  };
  const snapshot = (await ports.hasher.sha256(canonicalBytes(manifest))) as SnapshotId;
  return { candidate, parsed, skeleton, manifest, snapshot, fingerprint: printer.finish() };
}

async function scanPayload(
  hasher: Hasher,
  pieces: AsyncIterable<Uint8Array<ArrayBuffer>>,
  cache: PieceCache,
  onPiece: (piece: Uint8Array<ArrayBuffer>) => void,
): Promise<Payload> {
  const chunks: ChunkId[] = [];
  let sizeBytes = 0;
  let first: Uint8Array<ArrayBuffer> | undefined;
  let waiting: Promise<void>[] = [];
  for await (const piece of pieces) {
    const index = chunks.push('' as ChunkId) - 1;
    first ??= piece;
    sizeBytes += piece.byteLength;
    onPiece(piece);
    waiting.push(
      hasher.sha256(piece).then((hash) => {
        chunks[index] = hash as ChunkId;
        cache.offer(hash as ChunkId, piece);
      }),
    );
    if (waiting.length === hashesInFlight) {
      await Promise.all(waiting);
      waiting = [];
    }
  }
  await Promise.all(waiting);
  const id = await payloadId(hasher, chunks);
  if (sizeBytes <= inlineBytes)
    return { id, sizeBytes, chunks: [], inline: toBase64(first ?? new Uint8Array()) };
  return { id, sizeBytes, chunks };
}

async function payloadId(hasher: Hasher, chunks: readonly ChunkId[]): Promise<TensorId> {
  const [only] = chunks;
  if (chunks.length === 1) return only as string as TensorId;
  const input = chunks.length === 0 ? new Uint8Array() : tensorIdInput(chunks);
  return (await hasher.sha256(input)) as TensorId;
}
