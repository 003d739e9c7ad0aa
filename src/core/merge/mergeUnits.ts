import type { Layer } from '../architecture.ts';
import { hashArchitecture, matchLayers, type LayerMatching } from '../diff/matchLayers.ts';
import type { TensorEntry } from '../snapshot.ts';
import type { MergeSide, MergeSides, SideName } from './mergeSide.ts';

/** What a side did to a unit. */
export type UnitState = 'unchanged' | 'changed' | 'added' | 'removed' | 'reshaped';

/** One tensor's index in each model that has it. */
export interface UnitTensor {
  readonly slot: string;
  readonly base?: number;
  readonly x?: number;
  readonly y?: number;
}

/**
 * What is decided as one: a layer of the base or of a side, with its counterparts; or a tensor that no
 * layer owns.
 */
export interface MergeUnit {
  /** Unique and stable: the layer's name in the base, `x:` or `y:` and its name there for an added one. */
  readonly id: string;
  readonly label: string;
  readonly kind: string;
  /** Indices of the layer; all absent for a tensor that no layer owns. */
  readonly layer: { readonly base?: number; readonly x?: number; readonly y?: number };
  readonly tensors: readonly UnitTensor[];
  readonly states: { readonly x: UnitState; readonly y: UnitState };
}

/** By side: the unit of each layer, by its index. */
export type UnitOfLayer = Readonly<Record<SideName, readonly string[]>>;

type Place = MergeUnit['layer'];

/**
 * Brings the layers of three models together: both sides matched with the base, and layers that both
 * added alike with each other. Tensors outside of layers go by their names.
 */
export function mergeUnits(sides: MergeSides): {
  readonly units: readonly MergeUnit[];
  readonly unitOf: UnitOfLayer;
} {
  const places = placesOf(sides);
  const ids = uniqueIds(sides, places);
  const layers = places.map((place, i) => layerUnit(sides, place, ids[i] ?? ''));
  const units = [...layers, ...tensorUnits(sides)];
  const unitOf = { base: [] as string[], x: [] as string[], y: [] as string[] };
  for (const { id, layer } of layers)
    for (const side of ['base', 'x', 'y'] as const) {
      const index = layer[side];
      if (index !== undefined) unitOf[side][index] = id;
    }
  return { units, unitOf };
}

function placesOf({ base, x, y }: MergeSides): Place[] {
  const [hashedBase, hashedX, hashedY] = [base, x, y].map(({ architecture, contents }) =>
    hashArchitecture(architecture, contents),
  );
  if (hashedBase === undefined || hashedX === undefined || hashedY === undefined)
    throw new Error('three models');
  const toX = matchLayers(hashedBase, hashedX);
  const toY = matchLayers(hashedBase, hashedY);
  const between = matchLayers(hashedX, hashedY);
  const places = base.architecture.layers.map((_, index): Place => {
    const [inX, inY] = [toX.ofA[index], toY.ofA[index]];
    return { base: index, ...(inX === undefined ? {} : { x: inX }), ...(inY === undefined ? {} : { y: inY }) }; // prettier-ignore
  });
  const addedToY = new Set(added(toY));
  const paired = added(toX).map((inX): Place => {
    const inY = between.ofA[inX];
    const alike =
      inY !== undefined && addedToY.has(inY) && hashedX.structural[inX] === hashedY.structural[inY];
    if (!alike) return { x: inX };
    addedToY.delete(inY);
    return { x: inX, y: inY };
  });
  return [...places, ...paired, ...[...addedToY].map((inY): Place => ({ y: inY }))];
}

/** Layers of a matching's second model that the first does not have. */
function added({ ofB }: LayerMatching): number[] {
  return ofB.flatMap((partner, index) => (partner === undefined ? [index] : []));
}

function uniqueIds(sides: MergeSides, places: readonly Place[]): string[] {
  const taken = new Set<string>();
  return places.map((place) => {
    const side = sideOf(place);
    const name = layerOf(sides[side], place[side])?.name ?? '';
    const wanted = side === 'base' ? name : `${side}:${name}`;
    let id = wanted;
    for (let count = 2; taken.has(id); count++) id = `${wanted}#${count}`;
    taken.add(id);
    return id;
  });
}

/** The first of base, x and y that has it. */
function sideOf({ base, x }: Place): SideName {
  if (base !== undefined) return 'base';
  return x === undefined ? 'y' : 'x';
}

function layerOf({ architecture }: MergeSide, index: number | undefined): Layer | undefined {
  return index === undefined ? undefined : architecture.layers[index];
}

function layerUnit(sides: MergeSides, place: Place, id: string): MergeUnit {
  const side = sideOf(place);
  const layer = layerOf(sides[side], place[side]);
  if (layer === undefined) throw new Error(`no layer ${id}`);
  const slots = new Map<string, { base?: number; x?: number; y?: number }>();
  for (const each of ['base', 'x', 'y'] as const) {
    const seen = new Map<string, number>();
    for (const { slot, tensor } of layerOf(sides[each], place[each])?.parameters ?? []) {
      // An opaque layer may have several parameters of one slot: they go by their order.
      const before = seen.get(slot) ?? 0;
      seen.set(slot, before + 1);
      const key = before === 0 ? slot : `${slot}#${before + 1}`;
      const found = slots.get(key) ?? {};
      found[each] = tensor;
      slots.set(key, found);
    }
  }
  const tensors = [...slots].map(([slot, found]) => ({ slot, ...found }));
  const states = {
    x: layerState(sides, place, tensors, 'x'),
    y: layerState(sides, place, tensors, 'y'),
  };
  return { id, label: layer.name, kind: layer.kind, layer: place, tensors, states };
}

function layerState(
  sides: MergeSides,
  place: Place,
  tensors: readonly UnitTensor[],
  side: 'x' | 'y',
): UnitState {
  const before = layerOf(sides.base, place.base);
  const after = layerOf(sides[side], place[side]);
  if (before === undefined) return after === undefined ? 'unchanged' : 'added';
  if (after === undefined) return 'removed';
  if (!alikeLayers(before, after)) return 'reshaped';
  if (!tensors.every((each) => alikeTensors(sides, each, 'base', side))) return 'reshaped';
  return tensors.every((each) => sameContent(sides, each, 'base', side)) ? 'unchanged' : 'changed';
}

function alikeLayers(a: Layer, b: Layer): boolean {
  const transposed = ({ parameters }: Layer) =>
    parameters.map((each) => `${each.slot} ${each.transposed}`).sort().join(); // prettier-ignore
  const attributes = (layer: Layer) =>
    JSON.stringify(Object.entries(layer.attributes).sort(([p], [q]) => (p < q ? -1 : 1)));
  return a.kind === b.kind && attributes(a) === attributes(b) && transposed(a) === transposed(b);
}

/** Whether a tensor is of one dtype and shape in two models, or in neither. */
export function alikeTensors(
  sides: MergeSides,
  tensor: UnitTensor,
  a: SideName,
  b: SideName,
): boolean {
  const [p, q] = [entryOf(sides, tensor, a), entryOf(sides, tensor, b)];
  if (p === undefined || q === undefined) return p === q;
  return p.dtype === q.dtype && p.shape.join() === q.shape.join();
}

/** Whether a tensor has the same bytes in two models, or is in neither. Text counts as the same. */
export function sameContent(
  sides: MergeSides,
  tensor: UnitTensor,
  a: SideName,
  b: SideName,
): boolean {
  if (!alikeTensors(sides, tensor, a, b)) return false;
  return contentOf(sides, tensor, a) === contentOf(sides, tensor, b);
}

function contentOf(sides: MergeSides, tensor: UnitTensor, side: SideName): string | undefined {
  const index = tensor[side];
  return index === undefined ? undefined : sides[side].contents[index];
}

export function entryOf(
  sides: MergeSides,
  tensor: UnitTensor,
  side: SideName,
): TensorEntry | undefined {
  const index = tensor[side];
  return index === undefined ? undefined : sides[side].tensors[index];
}

/** One unit for each tensor that no layer owns in any of the models that have it. */
function tensorUnits(sides: MergeSides): MergeUnit[] {
  const places = new Map<string, { base?: number; x?: number; y?: number }>();
  for (const side of ['base', 'x', 'y'] as const) {
    const { architecture, tensors, contents } = sides[side];
    const owned = new Set(architecture.layers.flatMap(({ parameters }) => parameters.map((each) => each.tensor))); // prettier-ignore
    for (const [index, { name }] of tensors.entries()) {
      if (owned.has(index) || contents[index] === undefined) continue;
      const found = places.get(name) ?? {};
      found[side] = index;
      places.set(name, found);
    }
  }
  return [...places].map(([name, place]) => {
    const tensor: UnitTensor = { slot: 'value', ...place };
    const states = {
      x: tensorState(sides, tensor, 'x'),
      y: tensorState(sides, tensor, 'y'),
    };
    return {
      id: `tensor:${name}`,
      label: name,
      kind: 'Tensor',
      layer: {},
      tensors: [tensor],
      states,
    };
  });
}

function tensorState(sides: MergeSides, tensor: UnitTensor, side: 'x' | 'y'): UnitState {
  const [before, after] = [tensor.base, tensor[side]];
  if (before === undefined) return after === undefined ? 'unchanged' : 'added';
  if (after === undefined) return 'removed';
  if (!alikeTensors(sides, tensor, 'base', side)) return 'reshaped';
  return sameContent(sides, tensor, 'base', side) ? 'unchanged' : 'changed';
}
