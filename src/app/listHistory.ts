import type { NodeId } from '../core/ids.ts';
import type { Operation } from '../core/lineage/operation.ts';
import { stepTitle, undoStacks, type UndoStep } from '../core/lineage/undoStacks.ts';
import type { HistoryEntry } from '../core/views.ts';

/** The log for people, newest first; of one node, or all. What is undone together is one entry. */
export function listHistory(log: readonly Operation[], node?: NodeId): HistoryEntry[] {
  const standing = new Set(undoStacks(log).undo.flat());
  return stepsOf(log)
    .map((step) => historyEntry(step, !standing.has(step[0])))
    .filter((entry) => node === undefined || entry.nodes.includes(node))
    .reverse();
}

/** Operations next to each other with one group as one. */
function stepsOf(log: readonly Operation[]): UndoStep[] {
  const steps: UndoStep[] = [];
  for (const operation of log) {
    const last = steps.at(-1);
    if (last !== undefined && operation.group !== undefined && last[0].group === operation.group)
      steps[steps.length - 1] = [...last, operation];
    else steps.push([operation]);
  }
  return steps;
}

/** @param undone - whether the step is now taken back. */
export function historyEntry(step: UndoStep, undone: boolean): HistoryEntry {
  const { id, at, kind } = step.at(-1) ?? step[0];
  const isStep = kind !== 'undo' && kind !== 'redo';
  return {
    id,
    at,
    kind,
    title: stepTitle(step),
    nodes: [...new Set(step.flatMap(touchedNodes))],
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
