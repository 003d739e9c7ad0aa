import type { Branch } from '../branches/branch.ts';
import type { DatasetRecord } from '../data/dataset.ts';
import type { OperationId } from '../ids.ts';
import { LineageError } from '../lineageError.ts';
import type { ModelTest } from '../modelTests/modelTest.ts';
import type { Edge, ModelNode, Rejection } from './graph.ts';
import {
  dropEdge,
  dropNode,
  edgeKey,
  edgesOf,
  parentsOf,
  pathDown,
  putEdge,
  putNode,
  rejectionKey,
  type Lineage,
} from './lineage.ts';
import type { Change } from './operation.ts';
import { sameRecord } from './sameRecord.ts';

type GraphRecord = ModelNode | Edge | Rejection | DatasetRecord | ModelTest | Branch;

/**
 * Applies `changes` in order, all or none, and checks the invariants of the lineage: unique names,
 * no edge without its nodes, no cycle over both kinds of edges, at most two version predecessors.
 *
 * @throws LineageError `operation-conflict` if a `before` is not what is there; `name-taken`,
 *   `edge-exists`, `lineage-cycle`, `lineage-invalid`. The lineage is then as it was.
 */
export function applyChanges(
  lineage: Lineage,
  changes: readonly Change[],
  operation: OperationId,
): void {
  const done: Change[] = [];
  try {
    for (const change of changes) {
      applyOne(lineage, change, operation);
      done.push(change);
    }
    for (const change of changes) check(lineage, change);
  } catch (error) {
    for (const change of invertChanges(done)) force(lineage, change);
    throw error;
  }
}

/** The changes that take `changes` back. */
export function invertChanges(changes: readonly Change[]): Change[] {
  return changes.toReversed().map(invertChange);
}

function invertChange(change: Change): Change {
  const { of, before, after } = change;
  return {
    of,
    ...(after === undefined ? {} : { before: after }),
    ...(before === undefined ? {} : { after: before }),
  } as Change;
}

function applyOne(lineage: Lineage, change: Change, operation: OperationId): void {
  const there = current(lineage, change);
  if (!sameRecord(there, change.before)) {
    refuseTaken(change, there);
    throw new LineageError('operation-conflict', { operation, what: describe(change) });
  }
  if (change.of === 'node' && change.after) refuseTakenName(lineage, change.after);
  if (change.of === 'dataset' && change.after) refuseTakenIn(lineage.datasets, change.after);
  if (change.of === 'test' && change.after) refuseTakenIn(lineage.tests, change.after);
  force(lineage, change);
}

function refuseTakenName(lineage: Lineage, after: ModelNode): void {
  const holder = lineage.names.get(after.name);
  if (holder !== undefined && holder !== after.id)
    throw new LineageError('name-taken', { name: after.name });
}

/** An edge that is already there gets its own error: a person can act on it. */
function refuseTaken(change: Change, there: unknown): void {
  if (change.of === 'edge' && change.before === undefined && there !== undefined) {
    const { kind, from, to } = there as Edge;
    throw new LineageError('edge-exists', { kind, from, to });
  }
}

function refuseTakenIn<Named extends { readonly id: string; readonly name: string }>(
  records: ReadonlyMap<string, Named>,
  after: Named,
): void {
  for (const other of records.values())
    if (other.name === after.name && other.id !== after.id)
      throw new LineageError('name-taken', { name: after.name });
}

function current(lineage: Lineage, change: Change): GraphRecord | undefined {
  if (change.of === 'dataset') return thereOf(lineage.datasets, ({ id }) => id, change);
  if (change.of === 'test') return thereOf(lineage.tests, ({ id }) => id, change);
  if (change.of === 'branch') return thereOf(lineage.branches, ({ name }) => name, change);
  const record = (change.before ?? change.after) as ModelNode & Edge & Rejection;
  if (change.of === 'node') return lineage.nodes.get(record.id);
  if (change.of === 'edge') return lineage.edges.get(edgeKey(record.kind, record.from, record.to));
  return lineage.rejections.get(rejectionKey(record));
}

function thereOf<Key, Value>(
  records: ReadonlyMap<Key, Value>,
  keyOf: (record: Value) => Key,
  { before, after }: { readonly before?: Value; readonly after?: Value },
): Value | undefined {
  const record = before ?? after;
  return record && records.get(keyOf(record));
}

function force(lineage: Lineage, change: Change): void {
  switch (change.of) {
    case 'node':
      if (change.before) dropNode(lineage, change.before);
      if (change.after) putNode(lineage, change.after);
      return;
    case 'edge':
      if (change.before) dropEdge(lineage, change.before);
      if (change.after) putEdge(lineage, change.after);
      return;
    case 'rejection':
      forceIn(lineage.rejections, rejectionKey, change);
      return;
    case 'dataset':
      forceIn(lineage.datasets, ({ id }) => id, change);
      return;
    case 'test':
      forceIn(lineage.tests, ({ id }) => id, change);
      return;
    case 'branch':
      forceIn(lineage.branches, ({ name }) => name, change);
  }
}

function forceIn<Key, Value>(
  records: Map<Key, Value>,
  keyOf: (record: Value) => Key,
  { before, after }: { readonly before?: Value; readonly after?: Value },
): void {
  const key = after === undefined ? undefined : keyOf(after);
  // A record that is replaced keeps its place, as it does in the store.
  if (before !== undefined && keyOf(before) !== key) records.delete(keyOf(before));
  if (after !== undefined && key !== undefined) records.set(key, after);
}

function check(lineage: Lineage, change: Change): void {
  if (change.of === 'node' && change.before) checkGone(lineage, change.before);
  if (change.of === 'edge' && change.after) checkEdge(lineage, change.after);
  if (change.of === 'branch' && change.after && !lineage.nodes.has(change.after.head))
    throw new LineageError('node-missing', { node: change.after.head });
}

function checkGone(lineage: Lineage, before: ModelNode): void {
  if (lineage.nodes.has(before.id)) return;
  const dangling = edgesOf(lineage, before.id);
  if (dangling.length > 0)
    throw new LineageError('lineage-invalid', {
      detail: `${before.name} cannot go while ${dangling.length} edges touch it`,
    });
}

function checkEdge(lineage: Lineage, edge: Edge): void {
  const { kind, from, to } = edge;
  if (!lineage.edges.has(edgeKey(kind, from, to))) return;
  for (const end of [from, to])
    if (!lineage.nodes.has(end)) throw new LineageError('node-missing', { node: end });
  const back = from === to ? [from] : pathDown(lineage, to, from);
  if (back !== undefined) throw new LineageError('lineage-cycle', { kind, path: back });
  if (kind === 'version' && parentsOf(lineage, to, 'version').length > 2)
    throw new LineageError('lineage-invalid', {
      detail: 'a model has at most two version predecessors, and two only when it merges them',
    });
}

function describe(change: Change): string {
  if (change.of === 'test' || change.of === 'branch')
    return `${change.of} ${(change.before ?? change.after)?.name ?? ''}`;
  const record = (change.before ?? change.after) as Partial<ModelNode & Edge & Rejection>;
  if (change.of === 'node') return `model ${record.name ?? ''}`;
  if (change.of === 'dataset') return `data set ${record.name ?? ''}`;
  return `${record.kind ?? ''} ${change.of}`;
}
