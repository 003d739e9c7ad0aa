import type { NodeId } from '../../core/ids.ts';
import { nodeOf } from '../../core/lineage/editLineage.ts';
import type { ModelNode } from '../../core/lineage/graph.ts';
import type { Lineage } from '../../core/lineage/lineage.ts';
import { LineageError } from '../../core/lineageError.ts';
import { standIn } from '../../core/lossy/standIn.ts';
import type { LossyReceipt } from '../../core/lossyViews.ts';
import type { LineageSession } from '../lineageSession.ts';
import { originalOf } from './chooseBase.ts';

/** The receipt of a lossy model; undefined for one that is exact. @throws LineageError `node-missing`. */
export async function receiptOf(
  session: LineageSession,
  id: NodeId,
): Promise<LossyReceipt | undefined> {
  return nodeOf(await session.lineage(), id).outcome?.lossy;
}

/**
 * Gives originals their places back: the lossy models go, and what followed them follows the originals. One
 * step to undo.
 *
 * @param ids - lossy models.
 * @returns the originals.
 * @throws LineageError `lossy-refused` for a model that is not lossy, or whose original was released;
 *   `node-missing`.
 */
export async function promoteOriginals(
  session: LineageSession,
  ids: readonly NodeId[],
): Promise<NodeId[]> {
  let originals: NodeId[] = [];
  await session.commit((lineage) => {
    const pairs = pairsOf(lineage, ids);
    originals = pairs.map(({ original }) => original.id);
    return {
      kind: 'remove',
      title: `Went back to ${named(pairs.map(({ original }) => original))} from what was lossy`,
      changes: standIn(lineage, new Map(pairs.map((pair) => [pair.lossy.id, pair.original.id]))),
    };
  });
  return originals;
}

/**
 * Lets originals go: what came from them comes from the lossy models now, by inferred edges. One step to undo
 * as long as their content is not collected; their bytes come free with that.
 *
 * @param ids - lossy models.
 * @returns the originals, which are no models of the lineage any more.
 * @throws LineageError as `promoteOriginals`.
 */
export async function releaseOriginals(
  session: LineageSession,
  ids: readonly NodeId[],
): Promise<NodeId[]> {
  let originals: NodeId[] = [];
  await session.commit((lineage) => {
    const pairs = pairsOf(lineage, ids);
    originals = pairs.map(({ original }) => original.id);
    return {
      kind: 'remove',
      title: `Released ${named(pairs.map(({ original }) => original))}, of which a lossy model stays`,
      changes: standIn(lineage, new Map(pairs.map((pair) => [pair.original.id, pair.lossy.id]))),
    };
  });
  return originals;
}

interface Pair {
  readonly lossy: ModelNode;
  readonly original: ModelNode;
}

function pairsOf(lineage: Lineage, ids: readonly NodeId[]): Pair[] {
  return [...new Set(ids)].map((id) => {
    const lossy = nodeOf(lineage, id);
    const refused = (reason: string, todo: string) =>
      new LineageError('lossy-refused', { node: lossy.name, reason, todo });
    if (lossy.outcome?.lossy === undefined)
      throw refused('it is not lossy', 'Choose a model that was made lossy');
    const original = originalOf(lineage, lossy);
    if (original === undefined)
      throw refused('its original is not there any more', 'Undo its release, if it was not collected yet'); // prettier-ignore
    return { lossy, original };
  });
}

function named(nodes: readonly ModelNode[]): string {
  const [first] = nodes;
  return nodes.length === 1 && first !== undefined ? first.name : `${nodes.length} models`;
}
