import { at } from '../layout/at.ts';
import type { NodeId } from '../ids.ts';
import type { EdgeGrade } from '../lineage/graph.ts';
import type { Cover, CoverItem } from './cover.ts';
import { isUndecided } from './edgeWords.ts';
import type { Forest, UnitEdges } from './forest.ts';
import type { LineageIndex } from './lineageIndex.ts';
import type { Units } from './units.ts';
import { isSummary, type ViewEdge, type ViewItem } from './viewPlan.ts';

/** The cover's items in words and ids, in the order of the cover. */
export function planItems(
  index: LineageIndex,
  units: Units,
  forest: Forest,
  cover: Cover,
): ViewItem[] {
  const id = (node: number): NodeId => at(index.nodes, node).id;
  const name = (node: number): string => at(index.nodes, node).name;
  return cover.items.map((item) => {
    const nodes = item.units.flatMap((unit) => at(units.members, unit));
    const anchor = at(units.members, item.anchor);
    const first = at(anchor, 0);
    const newest = at(anchor, anchor.length - 1);
    const families = item.is === 'families' ? familyCount(forest, item) : 1;
    const rest = { nodes: nodes.map(id), families };
    switch (item.is) {
      case 'model':
        return anchor.length === 1
          ? { key: `m:${id(first)}`, is: 'model', label: name(first), ...rest }
          : { key: `s:${id(first)}`, is: 'stack', label: name(newest), ...rest };
      case 'stack':
      case 'below':
        return { key: `b:${id(first)}`, is: 'below', label: `below ${name(newest)}`, ...rest };
      case 'family':
        return { key: `f:${id(first)}`, is: 'family', label: `family of ${name(first)}`, ...rest };
      case 'families':
        return { key: 'families', is: 'families', label: `${families} more families`, ...rest };
    }
  });
}

function familyCount(forest: Forest, item: CoverItem): number {
  return new Set(item.units.map((unit) => at(forest.family, unit))).size;
}

/** One edge for all edges of a kind between two items that are not both summaries, in the order of the graph. */
export function joinedEdges(
  index: LineageIndex,
  edges: UnitEdges,
  cover: Cover,
  items: readonly ViewItem[],
): ViewEdge[] {
  const joined = new Map<string, ViewEdge>();
  edges.edge.forEach((number, i) => {
    const from = at(cover.itemOf, at(edges.from, i));
    const to = at(cover.itemOf, at(edges.to, i));
    const [tail, head] = [at(items, from), at(items, to)];
    if (from === to || (isSummary(tail.is) && isSummary(head.is))) return;
    const edge = at(index.edges, number);
    const ends = { from: tail.key, to: head.key };
    const key = `${edge.kind} ${ends.from} ${ends.to}`;
    const other = joined.get(key);
    const undecided = isUndecided(edge);
    joined.set(key, {
      key,
      ...ends,
      kind: edge.kind,
      grade: other === undefined ? edge.grade : surer(other.grade, edge.grade),
      undecided: undecided && (other?.undecided ?? true),
      count: (other?.count ?? 0) + 1,
      edge: other?.edge ?? edge,
    });
  });
  return [...joined.values()];
}

const sureness: Readonly<Record<EdgeGrade, number>> = { inferred: 0, declared: 1, 're-derived': 2 };

function surer(a: EdgeGrade, b: EdgeGrade): EdgeGrade {
  return sureness[a] >= sureness[b] ? a : b;
}
