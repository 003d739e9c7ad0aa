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
import { HashWindow } from './hashWindow.ts';
import { literalPieces } from './literalPieces.ts';
import type { PieceCache } from './pieceCache.ts';
import type { ProgressMeter } from './progressMeter.ts';

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
  const hashing = new HashWindow(ports.hasher);
  const scans: Promise<Payload>[] = [];
  for (let index = 0; index < parsed.payloadBytes.length; index++) {
    const print = printer.payload(index);
    const scan = await scanPayload(hashing, parsed.payload(index), cache, (piece) => {
      print.update(piece);
      meter.add(piece.byteLength);
    });
    scans.push(
      scan().then((payload) => {
        print.finish(payload.id);
        return payload;
      }),
    );
  }
  const scanLiterals = await scanPayload(hashing, literalPieces(parsed), cache, (piece) => {
    meter.add(piece.byteLength);
  });
  const payloads = await Promise.all(scans);
  const literals = await scanLiterals();
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

/** Reads a payload to its end; the result gives the payload once its hashes are there. */
async function scanPayload(
  hashing: HashWindow,
  pieces: AsyncIterable<Uint8Array<ArrayBuffer>>,
  cache: PieceCache,
  onPiece: (piece: Uint8Array<ArrayBuffer>) => void,
): Promise<() => Promise<Payload>> {
  const hashes: Promise<ChunkId>[] = [];
  let sizeBytes = 0;
  let first: Uint8Array<ArrayBuffer> | undefined;
  for await (const piece of pieces) {
    first ??= piece;
    sizeBytes += piece.byteLength;
    onPiece(piece);
    await hashing.room(piece.byteLength);
    hashes.push(
      hashing.start(piece).then((chunk) => {
        cache.offer(chunk, piece);
        return chunk;
      }),
    );
  }
  return async () => {
    const chunks = await Promise.all(hashes);
    const id = await payloadId(hashing.hasher, chunks);
    if (sizeBytes > inlineBytes) return { id, sizeBytes, chunks };
    return { id, sizeBytes, chunks: [], inline: toBase64(first ?? new Uint8Array()) };
  };
}

/** The id of a payload from its chunks'. */
export async function payloadId(hasher: Hasher, chunks: readonly ChunkId[]): Promise<TensorId> {
  const [only] = chunks;
  if (chunks.length === 1) return only as string as TensorId;
  const input = chunks.length === 0 ? new Uint8Array() : tensorIdInput(chunks);
  return (await hasher.sha256(input)) as TensorId;
}
