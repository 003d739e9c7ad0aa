import type { SnapshotId } from '../ids.ts';
import type { DatasetRecord } from '../data/dataset.ts';
import type { ModelTest } from '../modelTests/modelTest.ts';
import type { GraphData, ModelNode } from './graph.ts';
import type { Change } from './operation.ts';

/**
 * The snapshots that a record keeps stored: a model's own and those of the data sets its recipe uses
 * (so that it can be replayed after the data set is removed from the list), a data set's own, and that of
 * the data a test measures on.
 */
export function namedSnapshots(of: Change['of'], record: Change['after']): SnapshotId[] {
  if (record === undefined) return [];
  if (of === 'dataset') return [(record as DatasetRecord).snapshot];
  if (of === 'test') {
    const { data } = record as ModelTest;
    return data === undefined ? [] : [data.dataset];
  }
  if (of !== 'node') return [];
  const { snapshot, recipe } = record as ModelNode;
  return [snapshot, ...(recipe?.data ?? []).map((use) => use.dataset)];
}

/** Every snapshot that a graph keeps stored, each once. */
export function graphSnapshots(
  graph: Pick<GraphData, 'nodes' | 'datasets' | 'tests'>,
): Set<SnapshotId> {
  return new Set([
    ...graph.nodes.flatMap((node) => namedSnapshots('node', node)),
    ...graph.datasets.flatMap((dataset) => namedSnapshots('dataset', dataset)),
    ...graph.tests.flatMap((test) => namedSnapshots('test', test)),
  ]);
}
