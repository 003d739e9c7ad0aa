import type { NodeId } from '../core/ids.ts';
import type { Operation } from '../core/lineage/operation.ts';
import { undoStacks } from '../core/lineage/undoStacks.ts';
import type { HistoryEntry } from '../core/views.ts';

/** The log for people, newest first; of one node, or all. */
export function listHistory(log: readonly Operation[], node?: NodeId): HistoryEntry[] {
  const standing = new Set(undoStacks(log).undo.map((operation) => operation.id));
  return log
    .map((operation) => historyEntry(operation, !standing.has(operation.id)))
    .filter((entry) => node === undefined || entry.nodes.includes(node))
    .reverse();
}

/** @param undone - whether the operation is now taken back. */
export function historyEntry(operation: Operation, undone: boolean): HistoryEntry {
  const isStep = operation.kind !== 'undo' && operation.kind !== 'redo';
  return {
    id: operation.id,
    at: operation.at,
    kind: operation.kind,
    title: operation.title,
    nodes: touchedNodes(operation),
    undone: isStep && undone,
  };
}

function touchedNodes(operation: Operation): NodeId[] {
  const nodes = new Set<NodeId>();
  for (const change of operation.changes)
    for (const record of [change.before, change.after]) {
      if (record === undefined || change.of === 'dataset' || change.of === 'test') continue;
      if ('head' in record) nodes.add(record.head);
      else if ('id' in record) nodes.add(record.id as NodeId);
      else if ('from' in record) nodes.add(record.from).add(record.to);
      else nodes.add(record.a).add(record.b);
    }
  return [...nodes];
}
