import type { MergeLayer, MergeMethod, MergePlan } from '../mergeViews.ts';
import { carrierOf, type Carrier } from './carrier.ts';
import { decideUnit, type Decided } from './decideUnit.ts';
import { reachedUnits, type Reached, type Seed } from './dependence.ts';
import type { MergeSides } from './mergeSide.ts';
import { mergeUnits, type MergeUnit, type UnitOfLayer } from './mergeUnits.ts';
import { structuralChanges, unionEdges, type StructuralChange } from './structure.ts';
import { warningsOf } from './warnings.ts';

/** What becomes of a merge, decided from structure and content ids alone: no value is read. */
export interface Decision {
  readonly verdict: MergePlan['verdict'];
  readonly because: readonly string[];
  readonly warnings: readonly string[];
  /** The side that already is the result. */
  readonly forward?: 'x' | 'y';
  /** Whose file the merge is, with other values. Undefined when refused. */
  readonly carrier?: 'x' | 'y';
  /** Of `units`, in the same order. */
  readonly layers: readonly MergeLayer[];
  readonly units: readonly MergeUnit[];
}

/**
 * Decides a merge layer by layer: changed by one side, by both, alike, and whether a change of one side
 * feeds or reads what the other changed.
 *
 * Source: reference §11, with its better rules 1 to 3, 5 and 6.
 */
export function decideMerge(sides: MergeSides): Decision {
  const { units, unitOf } = mergeUnits(sides);
  const ofX = structuralChanges(sides, units, unitOf, 'x');
  const ofY = structuralChanges(sides, units, unitOf, 'y');
  const carrier = carrierOf(sides, ofX, ofY);
  const decided = units.map((unit) => decideUnit(sides, unit, carrier.is));
  const activeOf = (side: 'x' | 'y'): Active => active(units, decided, side);
  const [activeX, activeY] = [activeOf('x'), activeOf('y')];
  const structural = { x: onlyIn(ofX, ofY), y: onlyIn(ofY, ofX) };
  const forward = forwardOf(sides, [activeX, activeY], structural);
  if (forward !== undefined)
    return {
      verdict: 'fast-forward',
      because: [forward.because],
      warnings: [],
      forward: forward.side,
      carrier: forward.side,
      layers: units.map((unit, i) => layerOf(unit, decided[i])),
      units,
    };
  const dependent = dependence(sides, unitOf, { x: activeX, y: activeY }, structural);
  const layers = units.map((unit, i) => depending(sides, unit, layerOf(unit, decided[i]), dependent, carrier)); // prettier-ignore
  const verdict = verdictOf(layers, carrier);
  return {
    verdict,
    because: reasons(sides, verdict, layers, carrier),
    warnings: carrier.is === 'none' ? [] : warningsOf(sides, units, carrier.is),
    ...(carrier.is === 'none' ? {} : { carrier: carrier.is }),
    layers,
    units,
  };
}

/** Units that a side changed and the other did not change alike. */
type Active = ReadonlySet<MergeUnit>;
type Structural = Readonly<Record<'x' | 'y', readonly StructuralChange[]>>;

function active(units: readonly MergeUnit[], decided: readonly Decided[], side: 'x' | 'y'): Active {
  return new Set(
    units.filter(
      ({ states }, i) => states[side] !== 'unchanged' && decided[i]?.verdict !== 'same-change',
    ),
  );
}

function onlyIn(
  some: readonly StructuralChange[],
  others: readonly StructuralChange[],
): readonly StructuralChange[] {
  const known = new Set(others.map(({ key }) => key));
  return some.filter(({ key }) => !known.has(key));
}

function forwardOf(
  { x, y }: MergeSides,
  [activeX, activeY]: readonly [Active, Active],
  structural: Structural,
): { readonly side: 'x' | 'y'; readonly because: string } | undefined {
  const still = {
    x: activeX.size + structural.x.length === 0,
    y: activeY.size + structural.y.length === 0,
  };
  if (still.x && still.y)
    return { side: 'x', because: `${x.name} and ${y.name} have the same layers and weights` };
  if (still.y) return { side: 'x', because: `${x.name} has everything that ${y.name} changed` };
  if (still.x) return { side: 'y', because: `${y.name} has everything that ${x.name} changed` };
  return undefined;
}

/** By side: units that a change of that side reaches. `all`: the dataflow is not known. */
interface Dependence {
  readonly all: boolean;
  readonly by: Readonly<Record<'x' | 'y', ReadonlyMap<string, Reached>>>;
}

function dependence(
  sides: MergeSides,
  unitOf: UnitOfLayer,
  changed: Readonly<Record<'x' | 'y', Active>>,
  structural: Structural,
): Dependence {
  const edges = unionEdges(sides, unitOf);
  const by = (side: 'x' | 'y') => reachedUnits(edges, seedsOf(changed[side], structural[side]));
  const all = [sides.base, sides.x, sides.y].some(({ architecture }) => architecture.assumedEdges);
  const hidden = [...structural.x, ...structural.y].some(({ place }) => place === 'program');
  const loose = [...changed.x, ...changed.y].some(({ kind }) => kind === 'Tensor');
  return { all: all || hidden || loose, by: { x: by('x'), y: by('y') } };
}

function seedsOf(changed: Active, structural: readonly StructuralChange[]): Seed[] {
  const units = [...changed].map(({ id, label }): Seed => ({ unit: id, label }));
  const edges = structural.flatMap(({ ends }): Seed[] =>
    ends === undefined ? [] : [{ ends, label: `what runs between ${ends.from} and ${ends.to}` }],
  );
  return [...units, ...edges];
}

function layerOf({ id, label, kind, states }: MergeUnit, decided: Decided | undefined): MergeLayer {
  if (decided === undefined) throw new Error(`${id} was not decided`);
  const { verdict, why, method, methods, same } = decided;
  return {
    id,
    label,
    kind,
    x: states.x,
    y: states.y,
    same,
    verdict,
    why,
    ...(method === undefined ? {} : { method }),
    methods,
  };
}

/** A layer that one side changed, and that a change of the other side reaches, is a possible conflict. */
function depending(
  sides: MergeSides,
  unit: MergeUnit,
  layer: MergeLayer,
  { all, by }: Dependence,
  carrier: Carrier,
): MergeLayer {
  if (layer.verdict !== 'one-side' || carrier.is === 'none') return layer;
  const [side, other] = unit.states.x === 'unchanged' ? (['y', 'x'] as const) : (['x', 'y'] as const); // prettier-ignore
  const found = by[other].get(unit.id);
  const verdict = 'possible-conflict' as const;
  if (found !== undefined) {
    const { by: label, way } = found;
    const why = `${sides[side].name} changed ${unit.label}, which ${way === 'feeds' ? 'reads from' : 'feeds'} ${label}, which ${sides[other].name} changed`;
    return { ...layer, verdict, why };
  }
  if (!all) return layer;
  return {
    ...layer,
    verdict,
    why: `${sides[side].name} changed ${unit.label}; where data flows is not known here, so it may depend on what ${sides[other].name} changed`,
  };
}

function verdictOf(layers: readonly MergeLayer[], carrier: Carrier): MergePlan['verdict'] {
  const has = (verdict: MergeLayer['verdict']) => layers.some((layer) => layer.verdict === verdict);
  if (carrier.is === 'none' || has('refused')) return 'refused';
  if (has('conflict')) return 'conflict';
  return has('possible-conflict') ? 'possible-conflict' : 'automatic';
}

function reasons(
  sides: MergeSides,
  verdict: MergePlan['verdict'],
  layers: readonly MergeLayer[],
  carrier: Carrier,
): string[] {
  const of = (wanted: MergeLayer['verdict']) =>
    layers.flatMap((layer) => (layer.verdict === wanted ? [layer.why] : []));
  if (carrier.is === 'none') return [...carrier.because];
  if (verdict === 'refused') return of('refused');
  if (verdict === 'conflict') return of('conflict');
  if (verdict === 'possible-conflict') return of('possible-conflict');
  return [
    `${sides.x.name} and ${sides.y.name} changed different layers, and no data flows from one to the other`,
  ];
}

/** Whether a method is one of those that fit a layer. */
export function fits({ methods }: Pick<MergeLayer, 'methods'>, { is }: MergeMethod): boolean {
  return methods.includes(is);
}
