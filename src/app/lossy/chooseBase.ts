import type { NodeId } from '../../core/ids.ts';
import type { ModelNode } from '../../core/lineage/graph.ts';
import { childrenOf, parentsOf, type Lineage } from '../../core/lineage/lineage.ts';
import type { ContentStore } from '../../core/ports/contentStore.ts';
import { readSnapshot } from '../readSnapshot.ts';
import type { ParentPorts } from '../create/parentModel.ts';

/** A model whose chunks follow more deltas than this is no base: a chain may have 8, and children follow. */
const deepest = 6;

/** What a lossy model is counted from, and how a person may know it. */
export const lossyFunction = 'lossy';

/** The lossy model that was made of another and is still its next version; the latest of several. */
export function lossyVersion(lineage: Lineage, id: NodeId): ModelNode | undefined {
  return childrenOf(lineage, id, 'version')
    .map((child) => lineage.nodes.get(child))
    .filter((node) => isLossyOf(node, lineage.nodes.get(id)))
    .reduce((last, node) => ((node?.createdAt ?? 0) >= (last?.createdAt ?? 0) ? node : last), undefined); // prettier-ignore
}

/** By content: a lineage that came from elsewhere has ids of its own. */
function isLossyOf(node: ModelNode | undefined, original: ModelNode | undefined): boolean {
  const of = node?.outcome?.lossy?.originalSnapshot;
  return of !== undefined && of === original?.snapshot;
}

/** The original of a lossy model while it is there, with the content that it had. */
export function originalOf(lineage: Lineage, { outcome }: ModelNode): ModelNode | undefined {
  if (outcome?.lossy === undefined) return undefined;
  const { original, originalSnapshot } = outcome.lossy;
  const node = lineage.nodes.get(original);
  if (node?.snapshot === originalSnapshot) return node;
  // A lineage that came from elsewhere has ids of its own.
  return [...lineage.nodes.values()].find(({ snapshot }) => snapshot === originalSnapshot);
}

/**
 * The model that the steps of a lossy one are counted from: the first parent, else the version before it;
 * its lossy version where there is one, since that is what a reader will get. Above one whose chain of
 * deltas is long already, the next that is not.
 *
 * Source: reference §6.5 (closed loop, bounded depth).
 */
export async function chooseBase(ports: ParentPorts, id: NodeId): Promise<NodeId | undefined> {
  const lineage = await ports.session.lineage();
  const seen = new Set<NodeId>([id]);
  let at: NodeId | undefined = id;
  for (;;) {
    at = above(lineage, at);
    if (at === undefined || seen.has(at)) return undefined;
    seen.add(at);
    const base: NodeId = lossyVersion(lineage, at)?.id ?? at;
    if ((await depthOf(ports, base)) <= deepest) return base;
  }
}

function above(lineage: Lineage, id: NodeId): NodeId | undefined {
  // A lossy model's own parents are its original and that one's base: not what it was trained from.
  return parentsOf(lineage, id, 'provenance')[0] ?? parentsOf(lineage, id, 'version')[0];
}

async function depthOf(
  {
    content,
    session,
  }: { readonly content: ContentStore; readonly session: ParentPorts['session'] },
  id: NodeId,
): Promise<number> {
  const { manifest } = await readSnapshot({ content, session }, id);
  const chunks = manifest.payloads.flatMap((payload) => payload.chunks);
  return (await content.describe(chunks)).reduce((most, one) => Math.max(most, one?.depth ?? 0), 0);
}
