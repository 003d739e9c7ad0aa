import { at } from './at.ts';
import type { Columns } from './columns.ts';
import type { Adjacency, Dag } from './dag.ts';
import { placeColumn, placementScratch } from './placeColumn.ts';

/** Passes over all columns; a line that others push away moves as a whole after one or two. */
const passes = 3;
/** How much more a line's place counts than that of what it pushes aside. */
const lineWeight = 20;

/**
 * Puts each line of versions (every one the only successor of its only predecessor) on one height,
 * moving `position` in place. The order within the columns stays.
 */
export function alignVersions(dag: Dag, columns: Columns, position: Float64Array): void {
  const line = versionLines(dag);
  if (line.every((head, node) => head === node)) return;
  const { order, starts } = columns;
  const { sum, members } = { sum: new Float64Array(dag.count), members: new Int32Array(dag.count) };
  const wish = new Float64Array(dag.count);
  const weight = new Float64Array(dag.count);
  const scratch = placementScratch(dag.count);
  for (let pass = 0; pass < passes; pass++) {
    sum.fill(0);
    members.fill(0);
    line.forEach((head, node) => {
      sum[head] = at(sum, head) + at(position, node);
      members[head] = at(members, head) + 1;
    });
    line.forEach((head, node) => {
      wish[node] = at(sum, head) / at(members, head);
      weight[node] = at(members, head) > 1 ? lineWeight : 1;
    });
    for (let c = 0; c + 1 < starts.length; c++) {
      const nodes = order.subarray(at(starts, c), at(starts, c + 1));
      placeColumn(nodes, wish, weight, position, scratch);
    }
  }
}

/** The first node of each node's line of versions: itself where it is in none. */
function versionLines({ count, children, parents }: Dag): Int32Array {
  const line = Int32Array.from({ length: count }, (_, node) => node);
  for (let node = 0; node < count; node++) {
    const before = onlyVersion(parents, node);
    if (before !== -1 && onlyVersion(children, before) === node) continue;
    let last = node;
    for (let next = onlyVersion(children, last); next !== -1; next = onlyVersion(children, last)) {
      if (onlyVersion(parents, next) !== last) break;
      line[next] = node;
      last = next;
    }
  }
  return line;
}

function onlyVersion({ offsets, targets, version }: Adjacency, node: number): number {
  let found = -1;
  for (let i = at(offsets, node); i < at(offsets, node + 1); i++) {
    if (version[i] === 0) continue;
    if (found !== -1) return -1;
    found = at(targets, i);
  }
  return found;
}
