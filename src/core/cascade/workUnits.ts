import type { NodeId } from '../ids.ts';
import type { ModelNode } from '../lineage/graph.ts';
import { childrenOf, type Lineage } from '../lineage/lineage.ts';

/** Models that are made by one call of a recipe, as far as they are in reach; mostly a single one. */
export interface WorkUnit {
  /** In an order in which each comes after its parents. */
  readonly nodes: readonly ModelNode[];
  /** They would be made together, but one is made from another through models outside of the group. */
  readonly knotted: boolean;
}

/** What is below `from` by provenance, `from` left out; nothing at or below what `stop` holds for. */
export function reachBelow(
  lineage: Lineage,
  from: NodeId,
  stop: (node: ModelNode) => boolean,
): { readonly nodes: ReadonlyMap<NodeId, ModelNode>; readonly stopped: ReadonlySet<NodeId> } {
  const nodes = new Map<NodeId, ModelNode>();
  const stopped = new Set<NodeId>();
  const open = [from];
  for (let at = open.pop(); at !== undefined; at = open.pop())
    for (const { kind, to: child } of lineage.outgoing.get(at) ?? []) {
      if (kind !== 'provenance') continue;
      const node = lineage.nodes.get(child);
      if (node === undefined || nodes.has(child) || stopped.has(child) || child === from) continue;
      if (stop(node)) stopped.add(child);
      else {
        nodes.set(child, node);
        open.push(child);
      }
    }
  return { nodes, stopped };
}

/**
 * The models as units of work, each unit after all parents of all its members, ties by the time they were
 * added and then by id. Groups that would close a cycle are taken apart.
 *
 * Cost: O(n log n) in nodes and edges; each group that closes a cycle costs a walk more.
 */
export function workUnits(lineage: Lineage, nodes: ReadonlyMap<NodeId, ModelNode>): WorkUnit[] {
  const knotted = new Set<string>();
  for (;;) {
    const graph = unitGraph(lineage, nodes, knotted);
    const { ordered, left } = sorted(graph);
    if (left.size === 0)
      return ordered.map((unit) => ({
        nodes: withinUnit(lineage, unit.nodes),
        knotted: unit.nodes.some(({ recipe }) => knotted.has(recipe?.group ?? '')),
      }));
    for (const unit of left)
      if (unit.nodes.length > 1 && reachesItself(unit)) {
        const group = unit.nodes[0]?.recipe?.group;
        if (group !== undefined) knotted.add(group);
      }
  }
}

interface Unit {
  readonly nodes: ModelNode[];
  /** One for each edge, so a unit may stand in it more than once. */
  readonly below: Unit[];
  waitsFor: number;
  rank: number;
}

function unitGraph(
  lineage: Lineage,
  nodes: ReadonlyMap<NodeId, ModelNode>,
  knotted: ReadonlySet<string>,
): Unit[] {
  const units: Unit[] = [];
  const groups = new Map<string, Unit>();
  const unitOf = new Map<NodeId, Unit>();
  for (const node of [...nodes.values()].sort(byAge)) {
    const group = node.recipe?.group;
    const name = group === undefined || knotted.has(group) ? undefined : group;
    const unit = unitFor(name, units, groups);
    unit.nodes.push(node);
    unitOf.set(node.id, unit);
  }
  for (const [id, unit] of unitOf)
    for (const { kind, to } of lineage.outgoing.get(id) ?? []) {
      const other = kind === 'provenance' ? unitOf.get(to) : undefined;
      if (other === undefined || other === unit) continue;
      unit.below.push(other);
      other.waitsFor++;
    }
  return units;
}

/** The unit of a group, or a new one. */
function unitFor(group: string | undefined, units: Unit[], groups: Map<string, Unit>): Unit {
  const known = group === undefined ? undefined : groups.get(group);
  if (known !== undefined) return known;
  const unit: Unit = { nodes: [], below: [], waitsFor: 0, rank: units.length };
  units.push(unit);
  if (group !== undefined) groups.set(group, unit);
  return unit;
}

/** Kahn's order; `left` are the units on cycles and below them. */
function sorted(units: readonly Unit[]): { readonly ordered: Unit[]; readonly left: Set<Unit> } {
  const left = new Set(units);
  const ready = new Heap();
  for (const unit of units) if (unit.waitsFor === 0) ready.push(unit);
  const ordered: Unit[] = [];
  for (let unit = ready.pop(); unit !== undefined; unit = ready.pop()) {
    ordered.push(unit);
    left.delete(unit);
    for (const next of unit.below) if (--next.waitsFor === 0) ready.push(next);
  }
  return { ordered, left };
}

function reachesItself(unit: Unit): boolean {
  const seen = new Set<Unit>();
  const open = [...unit.below];
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    if (at === unit) return true;
    if (seen.has(at)) continue;
    seen.add(at);
    open.push(...at.below);
  }
  return false;
}

/** Members of one unit, parents first: an average comes after its clients. */
function withinUnit(lineage: Lineage, nodes: readonly ModelNode[]): readonly ModelNode[] {
  if (nodes.length === 1) return nodes;
  const own = new Map(nodes.map((node) => [node.id, node]));
  const waits = new Map(nodes.map(({ id }) => [id, 0]));
  const inside = (id: NodeId) => childrenOf(lineage, id, 'provenance').filter((c) => own.has(c));
  for (const { id } of nodes) for (const c of inside(id)) waits.set(c, (waits.get(c) ?? 0) + 1);
  const ordered: ModelNode[] = nodes.filter(({ id }) => waits.get(id) === 0);
  for (const { id } of ordered)
    for (const child of inside(id)) {
      const left = (waits.get(child) ?? 0) - 1;
      waits.set(child, left);
      const node = own.get(child);
      if (left === 0 && node !== undefined) ordered.push(node);
    }
  return ordered;
}

/** Older first; of one age by id. */
export function byAge(a: ModelNode, b: ModelNode): number {
  return a.createdAt - b.createdAt || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
}

/** A binary heap by rank, smallest first. */
class Heap {
  readonly #items: Unit[] = [];

  push(unit: Unit): void {
    const items = this.#items;
    let at = items.push(unit) - 1;
    while (at > 0) {
      const above = (at - 1) >> 1;
      const other = items[above] as Unit;
      if (other.rank <= unit.rank) break;
      items[at] = other;
      at = above;
    }
    items[at] = unit;
  }

  pop(): Unit | undefined {
    const items = this.#items;
    const [top] = items;
    const last = items.pop();
    if (last === undefined || items.length === 0) return top;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      const [left, right] = [items[child], items[child + 1]];
      if (left === undefined) break;
      if (right !== undefined && right.rank < left.rank) child++;
      const smaller = items[child] as Unit;
      if (smaller.rank >= last.rank) break;
      items[at] = smaller;
      at = child;
    }
    items[at] = last;
    return top;
  }
}
