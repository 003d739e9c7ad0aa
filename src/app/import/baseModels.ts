import type { ModelFingerprint } from '../../core/construction/types.ts';
import type { NodeId, SnapshotId } from '../../core/ids.ts';
import type { Edge } from '../../core/lineage/graph.ts';
import type { Lineage } from '../../core/lineage/lineage.ts';
import type { ContentStore } from '../../core/ports/contentStore.ts';
import type { NewModel } from './newNodes.ts';
import type { BaseModel } from './storeModel.ts';

/** Parents looked at as bases: each costs a matching of all tensors. */
const mostBases = 2;

/**
 * The stored models that a new model's tensors may be deltas of: its provenance parents, then its
 * version predecessors, from this import or before.
 */
export async function baseModels(
  content: ContentStore,
  node: NodeId,
  edges: readonly Edge[],
  stored: readonly NewModel[],
  lineage: Lineage,
): Promise<BaseModel[]> {
  const above = edges.filter((edge) => edge.to === node);
  const parents = [
    ...above.filter((edge) => edge.kind === 'provenance'),
    ...above.filter((edge) => edge.kind === 'version'),
  ].map((edge) => edge.from);
  const bases: BaseModel[] = [];
  for (const parent of new Set(parents)) {
    if (bases.length === mostBases) break;
    const fresh = stored.find((model) => model.node.id === parent);
    const base =
      fresh === undefined
        ? await storedBase(content, lineage.nodes.get(parent)?.snapshot)
        : {
            fingerprint: fresh.scanned.fingerprint,
            payloads: fresh.scanned.manifest.payloads,
            literals: fresh.scanned.skeleton.literals,
          };
    if (base !== undefined) bases.push(base);
  }
  return bases;
}

async function storedBase(
  content: ContentStore,
  snapshot: SnapshotId | undefined,
): Promise<BaseModel | undefined> {
  if (snapshot === undefined) return undefined;
  const fingerprint = (await content.derived(snapshot, 'fingerprint')) as
    ModelFingerprint | undefined;
  if (fingerprint === undefined) return undefined;
  const manifest = await content.manifest(snapshot);
  const skeleton = await content.skeleton(manifest.skeleton);
  return { fingerprint, payloads: manifest.payloads, literals: skeleton.literals };
}
