import type { DatasetRecord } from '../data/dataset.ts';
import type { NodeId, SnapshotId } from '../ids.ts';
import type { ModelNode } from '../lineage/graph.ts';
import type { Lineage } from '../lineage/lineage.ts';
import { sameRecord } from '../lineage/sameRecord.ts';
import type { ModelTest } from '../modelTests/modelTest.ts';

/**
 * Their models that are ours too, each with one of ours: by content alone. Where several models have the
 * same content, their ids pair them first, then their names, then the order in which they were added;
 * what is left over on one side is that side's own.
 *
 * @returns their id to ours.
 */
export function matchModels(
  ours: Iterable<ModelNode>,
  theirs: readonly ModelNode[],
): Map<NodeId, NodeId> {
  const free = bySnapshot(ours);
  const open = bySnapshot(theirs);
  const matched = new Map<NodeId, NodeId>();
  const ways: readonly ((a: ModelNode, b: ModelNode) => boolean)[] = [
    (a, b) => a.id === b.id,
    (a, b) => a.name === b.name,
    () => true,
  ];
  for (const [snapshot, group] of open) {
    let left = free.get(snapshot) ?? [];
    for (const way of ways) {
      if (left.length === 0) break;
      for (const node of group) {
        if (matched.has(node.id)) continue;
        const found = left.find((other) => way(other, node));
        if (found === undefined) continue;
        matched.set(node.id, found.id);
        left = left.filter((other) => other !== found);
      }
    }
  }
  return matched;
}

function bySnapshot(nodes: Iterable<ModelNode>): Map<SnapshotId, ModelNode[]> {
  const groups = new Map<SnapshotId, ModelNode[]>();
  for (const node of nodes) {
    const group = groups.get(node.snapshot);
    if (group === undefined) groups.set(node.snapshot, [node]);
    else group.push(node);
  }
  return groups;
}

/** The data set here that has the same content, read in the same way. */
export function matchDataset(lineage: Lineage, theirs: DatasetRecord): DatasetRecord | undefined {
  return [...lineage.datasets.values()].find(
    (other) => other.snapshot === theirs.snapshot && sameRecord(other.reading, theirs.reading),
  );
}

/** The test here that is theirs: of the same id, or one that measures the same by the same name. */
export function matchTest(lineage: Lineage, theirs: ModelTest): ModelTest | undefined {
  const same = lineage.tests.get(theirs.id);
  if (same !== undefined) return same;
  return [...lineage.tests.values()].find(
    (other) => other.name === theirs.name && sameRecord(measured(other), measured(theirs)),
  );
}

/** What a test's numbers depend on. */
export function measured(test: ModelTest): unknown {
  const { function: id, functionVersion, arguments: given, data, success, tolerances } = test;
  return { id, functionVersion, given, data, success, tolerances };
}
