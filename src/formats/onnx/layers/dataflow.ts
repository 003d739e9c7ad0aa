import type { LayerEdge } from '../../../core/architecture.ts';
import { limits } from '../limits.ts';
import type { Failure } from '../wire/failure.ts';
import type { FoundLayers } from './draft.ts';
import type { Origins } from './constantOrigins.ts';
import type { FlatGraph, FlatOp } from './flatGraph.ts';
import { shapeSlots, unnoticed } from './operators.ts';
import { viaSets } from './viaSets.ts';

/** The model's input among the sources of a value; layer `i` is `i + 1`. */
const modelInput = 0;

/**
 * What reaches a value without crossing another layer: sources in ascending order, with the
 * operators on the way. `pending` is still to be added to each, so that a chain costs nothing.
 */
interface Sources {
  readonly from: Int32Array;
  readonly via: Int32Array;
  readonly pending: number;
}

/** The dataflow between layers, and which of them reach an output. */
export interface Dataflow {
  readonly edges: readonly LayerEdge[];
  /** By layer: whether an output depends on it. */
  readonly live: readonly boolean[];
}

/**
 * The edges between the layers of a graph, in one pass in order of execution.
 *
 * No dataflow goes through shapes, nor through a constant. The index of a look-up in a constant table
 * counts as data (it is what an embedding reads), unlike other index inputs.
 *
 * Source: reference §2.2, "Edges".
 *
 * @throws LineageError `format-unsupported` over `limits.layerEdges`, `dataflowSteps`, `operatorTypes`.
 */
export function dataflow(
  graph: FlatGraph,
  found: FoundLayers,
  origins: Origins,
  failure: Failure,
): Dataflow {
  const sets = viaSets();
  const types = new Set<string>();
  const sources = new Map<number, Sources>();
  const remaining = useCounts(graph);
  const edges: { from: number; to: number; via: number }[] = [];
  let steps = 0;

  const spend = (count: number, at: number): void => {
    steps += count;
    if (steps > limits.dataflowSteps)
      throw failure.unsupported(at, `dataflow of more than ${limits.dataflowSteps} steps`);
  };
  const settled = (of: Sources, at: number): Sources => {
    if (of.pending === 0) return of;
    spend(of.from.length, at);
    return { from: of.from, via: of.via.map((via) => sets.union(via, of.pending)), pending: 0 };
  };
  const join = (a: Sources, b: Sources, at: number): Sources => {
    if (a.from === b.from && a.via === b.via) if (a.pending === b.pending) return a;
    if (b.from.length === 0) return a;
    if (a.from.length === 0) return b;
    const [x, y] = [settled(a, at), settled(b, at)];
    spend(x.from.length + y.from.length, at);
    return merged(x, y, sets.union);
  };
  const connect = (of: Sources, to: number, at: number): void => {
    spend(of.from.length, at);
    const { from, via } = settled(of, at);
    for (const [i, source] of from.entries()) edges.push({ from: source, to, via: via[i] ?? 0 });
    if (edges.length > limits.layerEdges)
      throw failure.unsupported(at, `a layer graph of more than ${limits.layerEdges} edges`);
  };
  const take = (value: number): Sources => {
    const known = sources.get(value) ?? nothing;
    const left = (remaining.get(value) ?? 1) - 1;
    remaining.set(value, left);
    // Forgetting what nobody reads any more keeps the memory at the graph's width.
    if (left === 0) sources.delete(value);
    return known;
  };

  for (const value of graph.inputs) sources.set(value, single(modelInput));
  for (const op of graph.ops) {
    let reaching = nothing;
    const flows = new Set(dataInputs(op, origins));
    for (const value of [...op.inputs, ...op.captured]) {
      const source = take(value);
      if (flows.has(value)) reaching = join(reaching, source, op.at);
    }
    const layer = found.layerOf.get(op);
    if (layer !== undefined) {
      connect(reaching, layer + 1, op.at);
      reaching = single(layer + 1);
    } else if (op.type === 'Shape' || op.type === 'Size') reaching = nothing;
    else if (!found.absorbed.has(op) && !unnoticed.has(op.type)) {
      types.add(op.type);
      if (types.size > limits.operatorTypes)
        throw failure.unsupported(op.at, `more than ${limits.operatorTypes} operator types`);
      reaching = { ...reaching, pending: sets.add(reaching.pending, op.type) };
    }
    if (reaching.from.length > 0)
      for (const value of op.outputs) if (remaining.has(value)) sources.set(value, reaching);
  }
  const out = found.layers.length + 1;
  let ending = nothing;
  for (const value of graph.outputs) ending = join(ending, take(value), 0);
  connect(ending, out, 0);

  const live = reaches(out, edges);
  const named = edges.flatMap(({ from, to, via }): LayerEdge[] =>
    live[to] === true && (live[from] === true || from === modelInput)
      ? [
          {
            from: from === 0 ? 'IN' : from - 1,
            to: to === out ? 'OUT' : to - 1,
            via: sets.typesOf(via),
          },
        ]
      : [],
  );
  return { edges: named, live: found.layers.map((_, index) => live[index + 1] === true) };
}

const nothing: Sources = { from: new Int32Array(0), via: new Int32Array(0), pending: 0 };

function single(source: number): Sources {
  return { from: Int32Array.of(source), via: Int32Array.of(0), pending: 0 };
}

/** The union of two ascending lists of sources; a source of both came by all of both ways. */
function merged(x: Sources, y: Sources, union: (a: number, b: number) => number): Sources {
  const from = new Int32Array(x.from.length + y.from.length);
  const via = new Int32Array(from.length);
  let [i, j, k] = [0, 0, 0];
  while (i < x.from.length || j < y.from.length) {
    const [a, b] = [x.from[i] ?? Infinity, y.from[j] ?? Infinity];
    from[k] = Math.min(a, b);
    if (a === b) via[k++] = union(x.via[i++] ?? 0, y.via[j++] ?? 0);
    else via[k++] = a < b ? (x.via[i++] ?? 0) : (y.via[j++] ?? 0);
  }
  return { from: from.slice(0, k), via: via.slice(0, k), pending: 0 };
}

/** The inputs of `op` whose values are data: not constants, not shapes. */
function dataInputs(op: FlatOp, origins: Origins): number[] {
  const [table] = op.inputs;
  const looksUp = op.type === 'Gather' && table !== undefined && origins.has(table);
  const slots = looksUp ? [] : shapeSlots(op);
  const own = op.inputs.filter((_, index) => !slots.includes(index));
  return [...own, ...op.captured].filter((value) => value >= 0 && !origins.has(value));
}

function useCounts(graph: FlatGraph): Map<number, number> {
  const counts = new Map<number, number>();
  const count = (value: number): void => void counts.set(value, (counts.get(value) ?? 0) + 1);
  for (const op of graph.ops) for (const value of [...op.inputs, ...op.captured]) count(value);
  for (const value of graph.outputs) count(value);
  return counts;
}

/** Which nodes of the layer graph lead to `out`. */
function reaches(out: number, edges: readonly { from: number; to: number }[]): boolean[] {
  const before: number[][] = Array.from({ length: out + 1 }, () => []);
  for (const { from, to } of edges) before[to]?.push(from);
  const live = new Array<boolean>(out + 1).fill(false);
  live[out] = true;
  const open = [out];
  for (const node of open)
    for (const from of before[node] ?? []) {
      if (live[from] === true) continue;
      live[from] = true;
      open.push(from);
    }
  return live;
}
