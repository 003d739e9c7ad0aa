import { at } from '../layout/at.ts';
import { coverOf, type Cover } from './cover.ts';
import { filterLineage, type Kept } from './filterLineage.ts';
import { foldedChains, replayFolds, type Folds } from './foldSteps.ts';
import { forestOf, type Forest, type UnitEdges } from './forest.ts';
import type { LineageIndex } from './lineageIndex.ts';
import { neighbourhood } from './neighbourhood.ts';
import { unitsOf, versionChains, type Units } from './units.ts';
import { joinedEdges, planItems } from './planParts.ts';
import { isSummary, viewLimits, type ViewLimits, type ViewPlan } from './viewPlan.ts';
import type { ViewState } from './viewState.ts';

/**
 * What to draw of a lineage: filtered, focused, folded as the state says, and never more than the
 * limits. What fits is drawn whole; what does not opens with the models that most hang below, and
 * what was last revealed comes before what was revealed earlier.
 *
 * Every kept model is in exactly one item, every kept edge between two items in exactly one edge,
 * but for edges between two summaries, which would only hide the others.
 * Deterministic; about linear in the graph.
 */
export function planView(
  index: LineageIndex,
  state: ViewState,
  limits: ViewLimits = viewLimits,
): ViewPlan {
  const kept = keep(index, state);
  const units = unitsOf(kept, foldedChains(index, versionChains(index, kept), state));
  const edges = unitEdges(index, kept, units);
  const forest = forestOf(
    Int32Array.from(units.members, (all) => all.length),
    edges,
  );
  const folds = replayFolds(index, units, forest, state);
  const chosen = choose({ index, kept, units, edges, forest, folds, state, limits });
  const items = planItems(index, units, forest, chosen.cover);
  const drawn = items.reduce((sum, item) => sum + (item.is === 'model' ? 1 : 0), 0);
  const total = items.reduce((sum, item) => sum + item.nodes.length, 0);
  return {
    items,
    edges: joinedEdges(index, edges, chosen.cover, items),
    drawn,
    folded: total - drawn,
    filtered: index.nodes.length - total,
    overLimit: chosen.overLimit,
  };
}

interface Choice {
  readonly index: LineageIndex;
  readonly kept: Kept;
  readonly units: Units;
  readonly edges: UnitEdges;
  readonly forest: Forest;
  readonly folds: Folds;
  readonly state: ViewState;
  readonly limits: ViewLimits;
}

function keep(index: LineageIndex, state: ViewState): Kept {
  const kept = filterLineage(index, state.filter);
  if (state.focus === undefined) return kept;
  const { nodes, depth, direction } = state.focus;
  const seeds = nodes
    .map((id) => index.numberOf.get(id) ?? -1)
    .filter((node) => node !== -1 && kept.nodes[node] === 1);
  const near = neighbourhood(index, kept, seeds, depth, direction);
  return {
    nodes: kept.nodes.map((is, node) => is & at(near, node)),
    edges: kept.edges.map((is, e) => is & at(near, at(index.from, e)) & at(near, at(index.to, e))),
  };
}

function unitEdges(index: LineageIndex, kept: Kept, units: Units): UnitEdges {
  const from: number[] = [];
  const to: number[] = [];
  const edge: number[] = [];
  kept.edges.forEach((is, e) => {
    if (is === 0) return;
    const a = at(units.unitOf, at(index.from, e));
    const b = at(units.unitOf, at(index.to, e));
    if (a === b) return;
    from.push(a);
    to.push(b);
    edge.push(e);
  });
  return { from, to, edge };
}

/** The first of ever smaller selections that fits; the last one is a single summary, which always does. */
function choose(choice: Choice): { readonly cover: Cover; readonly overLimit: boolean } {
  const { units, forest, folds, state, limits } = choice;
  const free = freeUnits(forest, folds);
  const revealed = folds.revealed;
  const attempt = (drawn: Uint8Array, families: number) => {
    const cover = coverOf(units, forest, folds, drawn, families);
    return fits(choice, cover) ? cover : undefined;
  };
  const everything = mark(units.count, free, revealed);
  const all = free.length <= limits.nodes ? attempt(everything, state.families) : undefined;
  if (all !== undefined) return { cover: all, overLimit: false };

  const open = new Uint8Array(units.count);
  for (const unit of free) open[unit] = 1;
  const bySize = forest.bySize.filter((unit) => open[unit] === 1);
  for (let share = 1; share > 0.001; share /= 2) {
    const wished = revealed.slice(0, Math.floor(limits.nodes * 0.8 * share));
    const families = Math.floor(state.families * share);
    for (const opening of [limits.opening, Math.floor(limits.opening / 4), 0]) {
      const top = bySize.subarray(0, Math.floor(opening * share));
      const cover = attempt(mark(units.count, top, wished), families);
      if (cover !== undefined) return { cover, overLimit: true };
    }
  }
  return {
    cover: coverOf(units, forest, folds, new Uint8Array(units.count), 0),
    overLimit: true,
  };
}

/** Units that no wish hides: not below a closed one, not in a closed family. */
function freeUnits(forest: Forest, folds: Folds): number[] {
  const hidden = new Uint8Array(forest.parent.length);
  const free: number[] = [];
  for (const unit of forest.order) {
    const above = at(forest.parent, unit);
    const closed =
      folds.closedFamily[at(forest.family, unit)] === 1 ||
      (above !== -1 && (folds.closed[above] === 1 || hidden[above] === 1));
    if (closed) hidden[unit] = 1;
    else free.push(unit);
  }
  return free;
}

function mark(count: number, ...lists: readonly Iterable<number>[]): Uint8Array {
  const marks = new Uint8Array(count);
  for (const list of lists) for (const unit of list) marks[unit] = 1;
  return marks;
}

function fits({ index, edges, limits }: Choice, { items, itemOf }: Cover): boolean {
  if (items.length > limits.nodes) return false;
  const seen = new Set<number>();
  for (let e = 0; e < edges.from.length; e++) {
    const a = at(itemOf, at(edges.from, e));
    const b = at(itemOf, at(edges.to, e));
    if (a === b || (isSummary(at(items, a).is) && isSummary(at(items, b).is))) continue;
    const version = at(index.edges, at(edges.edge, e)).kind === 'version' ? 1 : 0;
    seen.add((a * items.length + b) * 2 + version);
    if (seen.size > limits.edges) return false;
  }
  return true;
}
