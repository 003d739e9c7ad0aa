import { dtypeBits } from '../../core/dtype.ts';
import type { NodeId } from '../../core/ids.ts';
import { LineageError } from '../../core/lineageError.ts';
import { freeBatch } from '../../core/network/surgery/freeBatch.ts';
import type { Literal } from '../../core/network/network.ts';
import type { ContentStore } from '../../core/ports/contentStore.ts';
import type { ModelFormats } from '../../core/ports/modelFormats.ts';
import type { Run } from '../../core/ports/run.ts';
import type { TensorEntry } from '../../core/snapshot.ts';
import { gatherView } from '../../core/tensor/view.ts';
import type { LineageSession } from '../lineageSession.ts';
import { readSnapshot, type StoredModel } from '../readSnapshot.ts';
import { payloadBytes, snapshotContent } from '../snapshotContent.ts';
import { joinPieces } from './joinPieces.ts';
import type { ParentModel } from './creationFunction.ts';

export interface ParentPorts {
  readonly session: LineageSession;
  readonly content: ContentStore;
  readonly formats: ModelFormats;
}

/** What reading a stored model takes. */
export interface ModelReadPorts extends Omit<ParentPorts, 'content'> {
  readonly content: Pick<ContentStore, 'manifest' | 'skeleton' | 'read'>;
}

/** A parent together with the records it is stored by. */
export interface StoredParent extends ParentModel {
  readonly stored: StoredModel;
}

/**
 * A stored model as a parent of others. Its network is read once; values are read when asked for.
 *
 * @throws LineageError `node-missing`, `snapshot-missing`.
 */
export async function parentModel(
  ports: ModelReadPorts,
  id: NodeId,
  run: Run,
): Promise<StoredParent> {
  const stored = await readSnapshot(ports, id);
  const { node, skeleton, manifest } = stored;
  let reading: ReturnType<ParentModel['network']> | undefined;
  return {
    stored,
    node,
    tensors: skeleton.tensors,
    network: () => {
      const content = snapshotContent(ports.content, skeleton, manifest, run.signal);
      reading ??= ports.formats.network(skeleton, manifest, content, run).then(freeBatch);
      return reading;
    },
    values: async (names) => {
      const wanted = new Set(names);
      const found = new Map<string, Literal>();
      for (const entry of skeleton.tensors)
        if (wanted.has(entry.name))
          found.set(entry.name, await literalOf(ports.content, stored, entry, run));
      return found;
    },
  };
}

async function literalOf(
  content: ModelReadPorts['content'],
  { node, manifest }: StoredModel,
  entry: TensorEntry,
  run: Run,
): Promise<Literal> {
  const payload = manifest.payloads[entry.payload ?? -1];
  if (payload === undefined)
    throw new LineageError('network-unsupported', {
      node: node.name,
      reason: `the tensor ${entry.name} holds text`,
    });
  const bytes = await joinPieces(payloadBytes(content, payload, run.signal), payload.sizeBytes);
  const { dtype, shape, view } = entry;
  if (view === undefined) return { dtype, shape, bytes };
  const gathered = gatherView(bytes, { ...view, shape }, dtypeBits[dtype] / 8);
  if (gathered === undefined) throw new Error(`${entry.name} reaches outside of its storage`);
  return { dtype, shape, bytes: gathered };
}
