import { at } from '../layout/at.ts';
import type { NodeId } from '../ids.ts';
import type { Edge, EdgeGrade } from '../lineage/graph.ts';
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
        return { key: `f:${id(first)}`, is: 'family', label: name(first), ...rest };
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
  const joined = new Map<number, Joined>();
  const summary = Uint8Array.from(items, ({ is }) => (isSummary(is) ? 1 : 0));
  edges.edge.forEach((number, i) => {
    const from = at(cover.itemOf, at(edges.from, i));
    const to = at(cover.itemOf, at(edges.to, i));
    if (from === to || (summary[from] === 1 && summary[to] === 1)) return;
    const edge = at(index.edges, number);
    const key = (from * items.length + to) * 2 + (edge.kind === 'version' ? 1 : 0);
    const other = joined.get(key);
    const undecided = isUndecided(edge);
    if (other === undefined) {
      joined.set(key, { from, to, edge, grade: edge.grade, undecided, count: 1 });
      return;
    }
    other.grade = surer(other.grade, edge.grade);
    other.undecided &&= undecided;
    other.count++;
  });
  return Array.from(joined.values(), (one) => {
    const [from, to] = [at(items, one.from).key, at(items, one.to).key];
    return { ...one, key: `${one.edge.kind} ${from} ${to}`, from, to, kind: one.edge.kind };
  });
}

interface Joined {
  readonly from: number;
  readonly to: number;
  readonly edge: Edge;
  grade: EdgeGrade;
  undecided: boolean;
  count: number;
}

const sureness: Readonly<Record<EdgeGrade, number>> = { inferred: 0, declared: 1, 're-derived': 2 };

function surer(a: EdgeGrade, b: EdgeGrade): EdgeGrade {
  return sureness[a] >= sureness[b] ? a : b;
}
