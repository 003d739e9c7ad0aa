import type { Architecture } from '../../core/architecture.ts';
import type { DiffSide } from '../../core/diff/diffModels.ts';
import type { NodeId } from '../../core/ids.ts';
import type { ContentStore } from '../../core/ports/contentStore.ts';
import type { ModelFormats } from '../../core/ports/modelFormats.ts';
import type { Run } from '../../core/ports/run.ts';
import type { Manifest, Skeleton, TensorEntry } from '../../core/snapshot.ts';
import type { LineageSession } from '../lineageSession.ts';
import { readSnapshot, type StoredModel } from '../readSnapshot.ts';
import { snapshotContent } from '../snapshotContent.ts';

/** What comparing models needs. */
export interface DiffPorts {
  readonly session: LineageSession;
  readonly content: ContentStore;
  readonly formats: ModelFormats;
  /** Lets messages that wait be heard, so that a comparison can be cancelled. */
  readonly pause?: () => Promise<void>;
}

/** A stored model with what a diff reads of it. */
export interface StoredSide extends StoredModel {
  readonly side: DiffSide;
}

/** @throws LineageError `node-missing`, `snapshot-missing`, and what reading the layer graph throws. */
export async function readSide(ports: DiffPorts, id: NodeId, run: Run): Promise<StoredSide> {
  const model = await readSnapshot(ports, id);
  const { node, manifest, skeleton } = model;
  const known = await ports.content.derived(node.snapshot, 'architecture');
  const architecture =
    (known as Architecture | undefined) ??
    (await ports.formats.architecture(
      skeleton,
      manifest,
      snapshotContent(ports.content, skeleton, manifest, run.signal),
      run,
    ));
  const tensors = skeleton.tensors.map((entry) => ({
    name: entry.name,
    dtype: entry.dtype,
    shape: entry.shape,
    content: contentId(manifest, entry),
  }));
  return { ...model, side: { id, architecture, tensors } };
}

/** Equal for equal bytes under an equal view; undefined for text, which lies in the skeleton. */
export function contentId(manifest: Manifest, entry: TensorEntry): string | undefined {
  const id = manifest.payloads[entry.payload ?? -1]?.id;
  if (id === undefined || entry.view === undefined) return id;
  const { byteOffset, strides } = entry.view;
  return `${id} ${byteOffset} ${strides.join()} ${entry.shape.join()} ${entry.dtype}`;
}

/** A tensor of a model with where its bytes are; undefined for text. */
export function storedTensor(
  { manifest, skeleton }: { readonly manifest: Manifest; readonly skeleton: Skeleton },
  index: number | undefined,
) {
  const entry = skeleton.tensors[index ?? -1];
  const payload = manifest.payloads[entry?.payload ?? -1];
  return entry === undefined || payload === undefined ? undefined : { entry, payload };
}
