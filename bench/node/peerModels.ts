import { createHash } from 'node:crypto';
import { payloadBytes } from '../../src/app/snapshotContent.ts';
import { readSnapshot } from '../../src/app/readSnapshot.ts';
import type { TestBench } from '../../src/app/import/importModels.fixture.ts';
import type { NodeId } from '../../src/core/ids.ts';
import { elementCount, tensorBytes } from '../../src/core/dtype.ts';
import type { Payload, TensorEntry } from '../../src/core/snapshot.ts';
import type { PeerModel, PeerTensor } from './peers/peer.ts';

/** A stored model, its file as it was, and the stored models that it was made from. */
export interface KnownModel {
  readonly id: NodeId;
  readonly path: string;
  readonly file: Uint8Array<ArrayBuffer>;
  readonly parents: readonly NodeId[];
}

type Ports = Pick<TestBench['ports'], 'session' | 'content'>;

/**
 * Stored models for other ways of storing to be measured on, parents first: tensors and other bytes as
 * our own readers tell them apart.
 *
 * @throws Error when models are said to descend from themselves.
 */
export async function peerModels(ports: Ports, known: readonly KnownModel[]): Promise<PeerModel[]> {
  const made = new Map<NodeId, PeerModel>();
  let left = [...known];
  const ids = new Set(known.map(({ id }) => id));
  while (left.length > 0) {
    const ready = left.filter(({ parents }) => parents.every((id) => made.has(id) || !ids.has(id)));
    if (ready.length === 0) throw new Error('models that descend from themselves');
    for (const model of ready)
      made.set(model.id, {
        path: model.path,
        file: model.file,
        parents: model.parents.flatMap((id) => made.get(id) ?? []),
        ...(await contentOf(ports, model.id)),
      });
    left = left.filter((model) => !ready.includes(model));
  }
  return [...made.values()];
}

async function contentOf(ports: Ports, id: NodeId): Promise<Pick<PeerModel, 'tensors' | 'rest'>> {
  const { manifest, skeleton } = await readSnapshot(ports, id);
  const first = new Map<number, TensorEntry>();
  for (const entry of skeleton.tensors)
    if (entry.payload !== undefined && !first.has(entry.payload)) first.set(entry.payload, entry);
  const tensors: PeerTensor[] = [];
  for (const [index, payload] of manifest.payloads.entries())
    tensors.push(tensorOf(await bytesOf(ports, payload), first.get(index), index));
  return { tensors, rest: await bytesOf(ports, skeleton.literals) };
}

function tensorOf(
  bytes: Uint8Array<ArrayBuffer>,
  entry: TensorEntry | undefined,
  index: number,
): PeerTensor {
  const key = createHash('sha256').update(bytes).digest('hex');
  if (entry === undefined) return { name: `${index}`, dtype: undefined, shape: [], bytes, key };
  const { name, dtype } = entry;
  // A storage that several tensors view is a row of their elements.
  const whole = tensorBytes(dtype, entry.shape) === bytes.length;
  const perElement = bytes.length / Math.max(1, elementCount(entry.shape));
  const shape = whole ? entry.shape : [Math.round(bytes.length / Math.max(1, perElement))];
  return { name, dtype, shape, bytes, key };
}

async function bytesOf(ports: Ports, payload: Payload): Promise<Uint8Array<ArrayBuffer>> {
  const pieces: Uint8Array[] = [];
  for await (const piece of payloadBytes(ports.content, payload)) pieces.push(piece);
  return new Uint8Array(Buffer.concat(pieces));
}
