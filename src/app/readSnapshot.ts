import type { NodeId } from '../core/ids.ts';
import { nodeOf } from '../core/lineage/editLineage.ts';
import type { ModelNode } from '../core/lineage/graph.ts';
import type { ContentStore } from '../core/ports/contentStore.ts';
import type { Manifest, Skeleton } from '../core/snapshot.ts';
import type { LineageSession } from './lineageSession.ts';

export interface StoredModel {
  readonly node: ModelNode;
  readonly manifest: Manifest;
  readonly skeleton: Skeleton;
}

/** A node with the records of its content. @throws LineageError `node-missing`, `snapshot-missing`. */
export async function readSnapshot(
  ports: {
    readonly session: LineageSession;
    readonly content: Pick<ContentStore, 'manifest' | 'skeleton'>;
  },
  id: NodeId,
): Promise<StoredModel> {
  const node = nodeOf(await ports.session.lineage(), id);
  const manifest = await ports.content.manifest(node.snapshot);
  return { node, manifest, skeleton: await ports.content.skeleton(manifest.skeleton) };
}
