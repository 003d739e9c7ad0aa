import { dtypeBits, elementCount } from '../core/dtype.ts';
import type { NodeId } from '../core/ids.ts';
import { LineageError } from '../core/lineageError.ts';
import type { ContentStore } from '../core/ports/contentStore.ts';
import type { Run } from '../core/ports/run.ts';
import type { Payload, TensorEntry } from '../core/snapshot.ts';
import { tensorHistogram, tensorMoments, type TensorPass } from '../core/tensor/statistics.ts';
import { gatherView } from '../core/tensor/view.ts';
import type { TensorStatistics } from '../core/views.ts';
import type { LineageSession } from './lineageSession.ts';
import { readSnapshot } from './readSnapshot.ts';
import { payloadBytes } from './snapshotContent.ts';
import { joinPieces } from './create/joinPieces.ts';

/** Bins of the histogram: as many as fit the inspector side by side. */
const bins = 64;

/**
 * Statistics of a tensor, by reading it twice: its moments, then its histogram. Streams, except that
 * a strided view is gathered from its whole storage.
 *
 * @throws LineageError `node-missing`, `snapshot-missing`, `chunk-missing`, `chunk-corrupt`;
 *   `format-unsupported` for a string tensor, which has no numbers.
 */
export async function tensorStatistics(
  ports: { readonly session: LineageSession; readonly content: ContentStore },
  id: NodeId,
  tensor: number,
  run: Run,
): Promise<TensorStatistics> {
  const { node, manifest, skeleton } = await readSnapshot(ports, id);
  const entry = skeleton.tensors[tensor];
  const payload = manifest.payloads[entry?.payload ?? -1];
  if (entry === undefined || payload === undefined)
    throw new LineageError('format-unsupported', {
      file: node.summary.fileName,
      format: node.summary.format,
      at: 0,
      what: `statistics of ${entry === undefined ? `tensor ${tensor}` : 'text'}`,
    });
  const elements = elementCount(entry.shape);
  const read = <T>(pass: TensorPass<T>) => readThrough(ports.content, entry, payload, pass, run);
  const moments = await read(tensorMoments(entry.dtype, elements));
  const histogram = await read(tensorHistogram(entry.dtype, elements, moments, bins));
  return { ...moments, histogram };
}

async function readThrough<T>(
  content: ContentStore,
  entry: TensorEntry,
  payload: Payload,
  pass: TensorPass<T>,
  run: Run,
): Promise<T> {
  const pieces = payloadBytes(content, payload, run.signal);
  if (entry.view === undefined) for await (const piece of pieces) pass.update(piece);
  else {
    const storage = await joinPieces(pieces, payload.sizeBytes);
    const view = { ...entry.view, shape: entry.shape };
    const gathered = gatherView(storage, view, dtypeBits[entry.dtype] / 8);
    // Parsers check every view against its storage, and a snapshot is checked against its hash.
    if (gathered === undefined) throw new Error(`${entry.name} reaches outside of its storage`);
    pass.update(gathered);
  }
  return pass.result();
}
