import type { Architecture, Layer, LayerEdge } from '../architecture.ts';
import { paperDivergence, paperGraph } from '../construction/paperRule.ts';
import type { EdgeDifference, LayerMatch, ModelDiff } from '../diffViews.ts';
import type { NodeId } from '../ids.ts';
import { boundedDivergence } from './boundedDivergence.ts';
import { layerLabel, layerNotes } from './describeLayer.ts';
import { commonEdges, edgeKey, isAcrossFormats, layerRelation } from './layerRelation.ts';
import {
  hashArchitecture,
  matchLayers,
  type HashedArchitecture,
  type LayerMatching,
} from './matchLayers.ts';
import { mergedOrder, type Place } from './mergedOrder.ts';
import { pairTensors, type DiffTensor } from './pairTensors.ts';

/** A model as a diff reads it. */
export interface DiffSide {
  readonly id: NodeId;
  readonly architecture: Architecture;
  /** All tensors of the snapshot, in its order. */
  readonly tensors: readonly DiffTensor[];
}

/**
 * Compares two models by structure and content ids; no tensor is read. Deterministic, and the same
 * seen from the other side but for the names of the changes.
 */
export function diffModels(a: DiffSide, b: DiffSide): ModelDiff {
  const ids = ({ tensors }: DiffSide) => tensors.map(({ content }) => content);
  const [ownA, ownB] = [
    hashArchitecture(a.architecture, ids(a)),
    hashArchitecture(b.architecture, ids(b)),
  ];
  const [hashedA, hashedB] = [withBorrowedEdges(ownA, ownB), withBorrowedEdges(ownB, ownA)];
  const matching = matchLayers(hashedA, hashedB);
  const order = mergedOrder(hashedA, hashedB, matching);
  const places = { a: new Map<number, number>(), b: new Map<number, number>() };
  for (const [place, { a: x, b: y }] of order.entries()) {
    if (x !== undefined) places.a.set(x, place);
    if (y !== undefined) places.b.set(y, place);
  }
  const sideOf = ({ architecture, tensors }: DiffSide) => ({
    layers: architecture.layers,
    tensors,
  });
  const tensors = pairTensors(sideOf(a), sideOf(b), matching, (side, layer) =>
    places[side].get(layer),
  );
  const ownTensors = order.map((): number[] => []);
  for (const [index, { layer }] of tensors.entries())
    if (layer !== undefined) ownTensors[layer]?.push(index);
  const compared = { a, b, hashedA, hashedB, matching };
  const common = commonEdges(hashedA, hashedB, matching.ofA);
  const layers = order.map((place, index) =>
    layerMatch(compared, common, place, ownTensors[index] ?? []),
  );
  const edges = isAcrossFormats(ownA, ownB) ? [] : edgeDifferences(hashedA, hashedB, matching);
  return {
    a: a.id,
    b: b.id,
    layers,
    edges,
    tensors,
    paper: paperDivergence(
      paperGraph(a.architecture, (tensor) => a.tensors[tensor]?.content ?? ''),
      paperGraph(b.architecture, (tensor) => b.tensors[tensor]?.content ?? ''),
    ),
    bounded: boundedDivergence(hashedA, hashedB, matching),
    assumed: [
      ...(a.architecture.assumedEdges ? (['a'] as const) : []),
      ...(b.architecture.assumedEdges ? (['b'] as const) : []),
    ],
    summary: summaryOf(layers, edges, tensors),
  };
}

/**
 * A graph without dataflow takes the other's, where the other has all of its layers by name
 * (reference §2.3); else it keeps its chain. Its edges count as assumed all the same.
 */
function withBorrowedEdges(own: HashedArchitecture, other: HashedArchitecture): HashedArchitecture {
  if (!own.assumedEdges || other.assumedEdges) return own;
  const byName = new Map(own.names.map((name, index) => [name, index]));
  const here = other.names.map((name) => byName.get(name));
  if (here.filter((index) => index !== undefined).length !== own.names.length) return own;
  // What own layers, or the input, reach a layer of the other without crossing another own one.
  const reach = other.names.map(() => new Set<number | 'IN'>());
  const sources = (from: number | 'IN'): Iterable<number | 'IN'> => {
    if (from === 'IN') return [from];
    const own = here[from];
    return own === undefined ? (reach[from] ?? []) : [own];
  };
  const edges: LayerEdge[] = [];
  const ordered = [...other.edges].sort((p, q) => compareNumbers(sinkOrder(p), sinkOrder(q)));
  for (const { from, to, via } of ordered)
    for (const source of sources(from)) {
      const sink = to === 'OUT' ? to : here[to];
      if (sink !== undefined) edges.push({ from: source, to: sink, via });
      else if (to !== 'OUT') reach[to]?.add(source);
    }
  return { ...own, edges };
}

/** Infinities are equal. */
function compareNumbers(p: number, q: number): number {
  return p === q ? 0 : p - q;
}

/** Layers are in order of execution, so that what a layer reads is known before it is read. */
function sinkOrder({ to }: LayerEdge): number {
  return to === 'OUT' ? Infinity : to;
}

interface Compared {
  readonly a: DiffSide;
  readonly b: DiffSide;
  readonly hashedA: HashedArchitecture;
  readonly hashedB: HashedArchitecture;
  readonly matching: LayerMatching;
}

function layerMatch(
  compared: Compared,
  common: ReadonlySet<string>,
  { a: x, b: y, inOrder }: Place,
  tensors: readonly number[],
): LayerMatch {
  const { a, b, hashedA, hashedB, matching } = compared;
  const layerA = a.architecture.layers[x ?? -1];
  const layerB = b.architecture.layers[y ?? -1];
  const alone = { ...shownAs(layerB ?? layerA), tensors };
  if (x === undefined || layerA === undefined) return { b: y ?? 0, is: 'added', ...alone };
  if (y === undefined || layerB === undefined) return { a: x, is: 'removed', ...alone };
  const notes = layerNotes(layerA, layerB, {
    across: isAcrossFormats(hashedA, hashedB),
    normRemoved: hasLostNorm(hashedA, matching, x),
  });
  const relation = layerRelation(hashedA, x, hashedB, y);
  if (inOrder === true || !hasOtherPlace(compared, x, common))
    return { a: x, b: y, is: relation, ...alone, notes };
  if (relation !== 'equal') notes.push('other values');
  return { a: x, b: y, is: 'moved', ...alone, notes };
}

function shownAs(layer: Layer | undefined): Pick<LayerMatch, 'label' | 'kind' | 'notes'> {
  if (layer === undefined) throw new Error('a row of a diff without a layer');
  return { label: layerLabel(layer), kind: layer.kind, notes: [] };
}

/** Whether some edge of the layer is not in `b`, as far as both formats tell edges. */
function hasOtherPlace(
  { hashedA, hashedB }: Compared,
  x: number,
  common: ReadonlySet<string>,
): boolean {
  if (isAcrossFormats(hashedA, hashedB)) return false;
  return hashedA.edges.some(
    ({ from, to }) => (from === x || to === x) && !common.has(edgeKey(from, to)),
  );
}

/** Whether a batch norm reads the layer and has no partner: an exporter folded it in, it seems. */
function hasLostNorm(a: HashedArchitecture, { ofA }: LayerMatching, x: number): boolean {
  return a.edges.some(
    ({ from, to }) =>
      from === x && to !== 'OUT' && a.kinds[to] === 'BatchNormalization' && ofA[to] === undefined,
  );
}

function edgeDifferences(
  a: HashedArchitecture,
  b: HashedArchitecture,
  { ofA, ofB }: LayerMatching,
): EdgeDifference[] {
  const [inA, inB] = [commonEdges(a, b, ofA), commonEdges(b, a, ofB)];
  const without = (graph: HashedArchitecture, common: ReadonlySet<string>, side: 'a' | 'b') =>
    graph.edges.flatMap(({ from, to, via }): EdgeDifference[] =>
      common.has(edgeKey(from, to))
        ? []
        : [{ from, to, side, is: side === 'a' ? 'removed' : 'added', via }],
    );
  const there = new Map(b.edges.map((edge) => [edgeKey(edge.from, edge.to), edge]));
  const operators = a.edges.flatMap((edge): EdgeDifference[] => {
    if (!inA.has(edgeKey(edge.from, edge.to))) return [];
    const from = edge.from === 'IN' ? edge.from : ofA[edge.from];
    const to = edge.to === 'OUT' ? edge.to : ofA[edge.to];
    const other = there.get(edgeKey(from ?? 'IN', to ?? 'OUT'));
    if (other === undefined || other.via.join() === edge.via.join()) return [];
    return [
      { from: edge.from, to: edge.to, side: 'a', is: 'operators', via: edge.via },
      { from: other.from, to: other.to, side: 'b', is: 'operators', via: other.via },
    ];
  });
  return [...without(a, inA, 'a'), ...without(b, inB, 'b'), ...operators];
}

const words = ['changed', 'reshaped', 'moved', 'added', 'removed'] as const;

function summaryOf(
  layers: readonly LayerMatch[],
  edges: readonly EdgeDifference[],
  tensors: ModelDiff['tensors'],
): string {
  const parts = words.flatMap((word) => {
    const count = layers.filter(({ is }) => is === word).length;
    return count === 0 ? [] : [`${count} ${word}`];
  });
  const others = tensors.filter(({ is, layer }) => is !== 'equal' && layer === undefined).length;
  if (others > 0)
    parts.push(`${others} other ${others === 1 ? 'tensor differs' : 'tensors differ'}`);
  const operators = edges.filter(({ is }) => is === 'operators').length / 2;
  if (operators > 0)
    parts.push(`other operators on ${operators} ${operators === 1 ? 'edge' : 'edges'}`);
  if (parts.length === 0) return edges.length === 0 ? 'no difference' : 'other connections';
  return `${layers.length} ${layers.length === 1 ? 'layer' : 'layers'}: ${parts.join(', ')}`;
}
