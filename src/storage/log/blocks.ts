import type { Branch } from '../../core/branches/branch.ts';
import type { DatasetRecord } from '../../core/data/dataset.ts';
import type { Edge, GraphData, ModelNode, Rejection } from '../../core/lineage/graph.ts';
import type { Change } from '../../core/lineage/operation.ts';
import { crc32 } from '../../core/crc32.ts';
import type { ModelTest } from '../../core/modelTests/modelTest.ts';

/** Blocks of each kind. 20,000 nodes make blocks of 156, so one change rewrites about 80 KiB. */
const blockCount = 128;

type Kind = Change['of'];
/** A node, edge, rejection, data set, test or branch. */
export type GraphRecord = ModelNode | Edge | Rejection | DatasetRecord | ModelTest | Branch;

/** A record with its place in the order in which records were added. */
export interface PlacedRecord {
  readonly order: number;
  readonly record: GraphRecord;
}

/** The records of one block, by key. */
export type Block = Map<string, PlacedRecord>;

/** What identifies a record: what it changes from and to has the same. */
export function recordKey(change: Change): string {
  const record = change.after ?? change.before;
  if (record === undefined) throw new Error('a change without a record');
  if (change.of === 'node' || change.of === 'dataset' || change.of === 'test')
    return (record as ModelNode | DatasetRecord | ModelTest).id;
  if (change.of === 'branch') return (record as Branch).name;
  if (change.of === 'edge') {
    const { kind, from, to } = record as Edge;
    return `${kind} ${from} ${to}`;
  }
  const { kind, a, b } = record as Rejection;
  return a < b ? `${kind} ${a} ${b}` : `${kind} ${b} ${a}`;
}

/** Key of the block that a record belongs to: `node/17`. */
export function blockKey(kind: Kind, key: string): string {
  return `${kind}/${crc32(new TextEncoder().encode(key)) % blockCount}`;
}

/** All records as the graph, each kind in the order in which they were added. */
export function graphOf(blocks: Iterable<readonly [string, Block]>): GraphData {
  const kinds: Record<Kind, PlacedRecord[]> = {
    node: [],
    edge: [],
    rejection: [],
    dataset: [],
    test: [],
    branch: [],
  };
  for (const [key, block] of blocks)
    kinds[key.slice(0, key.indexOf('/')) as Kind].push(...block.values());
  const sorted = (kind: Kind) =>
    kinds[kind].sort((a, b) => a.order - b.order).map(({ record }) => record);
  return {
    nodes: sorted('node') as ModelNode[],
    edges: sorted('edge') as Edge[],
    rejections: sorted('rejection') as Rejection[],
    datasets: sorted('dataset') as DatasetRecord[],
    tests: sorted('test') as ModelTest[],
    branches: sorted('branch') as Branch[],
  };
}
