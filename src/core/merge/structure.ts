import type { MergeSides, SideName } from './mergeSide.ts';
import { entryOf, type MergeUnit, type UnitOfLayer } from './mergeUnits.ts';

/** A change of a side that is not a change of values: of a layer, of an edge, of what edges carry. */
export interface StructuralChange {
  /** Equal for the same change made by both. */
  readonly key: string;
  /** What it is about, whatever was done to it: both sides may not touch one thing differently. */
  readonly place: string;
  /** For people, after the model's name: "removed conv2". */
  readonly what: string;
  /** For a changed edge, the units at its ends; `IN` and `OUT` are none. */
  readonly ends?: { readonly from: string; readonly to: string };
}

/** What a side did to the structure of the base. Empty where only values changed. */
export function structuralChanges(
  sides: MergeSides,
  units: readonly MergeUnit[],
  unitOf: UnitOfLayer,
  side: 'x' | 'y',
): StructuralChange[] {
  const layers = units.flatMap((unit): StructuralChange[] => {
    const state = unit.states[side];
    if (state === 'unchanged' || state === 'changed') return [];
    const form = state === 'removed' ? '' : formOf(sides, unit, side);
    return [
      {
        key: `unit ${unit.id} ${state} ${form}`,
        place: `unit ${unit.id}`,
        what: `${state} ${unit.label}`,
      },
    ];
  });
  const changes = [...layers, ...edgeChanges(sides, unitOf, side)];
  return changes.length > 0 ? changes : hiddenChange(sides, side);
}

function formOf(sides: MergeSides, unit: MergeUnit, side: SideName): string {
  const index = unit.layer[side];
  const layer = index === undefined ? undefined : sides[side].architecture.layers[index];
  const attributes = Object.entries(layer?.attributes ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
  const tensors = unit.tensors.map((tensor) => {
    const entry = entryOf(sides, tensor, side);
    return entry === undefined ? 'none' : [tensor.slot, entry.dtype, entry.shape];
  });
  return JSON.stringify([layer?.kind, attributes, tensors]);
}

/** A change of how the model computes that neither layers nor edges show: a stride of a pooling. */
function hiddenChange({ base, ...others }: MergeSides, side: 'x' | 'y'): StructuralChange[] {
  const [before, after] = [base.program, others[side].program];
  if (before === undefined || after === undefined || before === after) return [];
  const what = 'changed how operators between the layers compute';
  return [{ key: `program ${after}`, place: 'program', what }];
}

/** Edges by their ends' units, with the operators on the way. */
function edgesOf(sides: MergeSides, unitOf: UnitOfLayer, side: SideName): Map<string, MergeEdge> {
  const idOf = (end: number | 'IN' | 'OUT') =>
    typeof end === 'number' ? (unitOf[side][end] ?? '') : end;
  return new Map(
    sides[side].architecture.edges.map(({ from, to, via }) => {
      const edge = { from: idOf(from), to: idOf(to), via: via.join() };
      return [JSON.stringify([edge.from, edge.to]), edge];
    }),
  );
}

export interface MergeEdge {
  readonly from: string;
  readonly to: string;
  readonly via: string;
}

/** Edges of the three layer graphs together, between units. */
export function unionEdges(sides: MergeSides, unitOf: UnitOfLayer): MergeEdge[] {
  const all = new Map<string, MergeEdge>();
  for (const side of ['base', 'x', 'y'] as const)
    for (const [key, edge] of edgesOf(sides, unitOf, side)) all.set(key, edge);
  return [...all.values()];
}

function edgeChanges(
  sides: MergeSides,
  unitOf: UnitOfLayer,
  side: 'x' | 'y',
): readonly StructuralChange[] {
  // A guessed chain and a real graph differ everywhere, which says nothing.
  if (sides.base.architecture.assumedEdges !== sides[side].architecture.assumedEdges) return [];
  const before = edgesOf(sides, unitOf, 'base');
  const after = edgesOf(sides, unitOf, side);
  const change = ({ from, to }: MergeEdge, form: string, what: string): StructuralChange => {
    const place = `edge ${JSON.stringify([from, to])}`;
    return { key: `${place} ${form}`, place, what: `${what} ${from} → ${to}`, ends: { from, to } };
  };
  const changes: StructuralChange[] = [];
  for (const [key, edge] of before)
    if (!after.has(key)) changes.push(change(edge, 'removed', 'removed the edge'));
  for (const [key, edge] of after) {
    const old = before.get(key);
    if (old === undefined) changes.push(change(edge, `via ${edge.via}`, 'added the edge'));
    else if (old.via !== edge.via)
      changes.push(change(edge, `via ${edge.via}`, 'changed the operators of'));
  }
  return changes;
}
