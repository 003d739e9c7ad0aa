import type { LayerEdge } from '../../../core/architecture.ts';
import { limits } from '../limits.ts';
import type { Failure } from '../wire/failure.ts';
import type { FoundLayers } from './draft.ts';
import type { Origins } from './constantOrigins.ts';
import type { FlatGraph, FlatOp } from './flatGraph.ts';
import { shapeSlots, unnoticed } from './operators.ts';
import type { Sources } from './sources.ts';
import { modelInput, noSources, oneSource, sourceSets } from './sources.ts';
import type { ViaSets } from './viaSets.ts';
import { viaSets } from './viaSets.ts';

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
  const { settled, join } = sourceSets(sets, failure);
  const kept = keptSources(graph);
  const edges: NumberedEdge[] = [];
  const connect = (of: Sources, to: number, at: number): void => {
    const { from, via } = settled(of, at);
    for (const [i, source] of from.entries()) edges.push({ from: source, to, via: via[i] ?? 0 });
    if (edges.length > limits.layerEdges)
      throw failure.unsupported(at, `a layer graph of more than ${limits.layerEdges} edges`);
  };
  const trace = traceOf(found, sets, failure);

  for (const op of graph.ops) {
    let reaching = noSources;
    const flows = new Set(dataInputs(op, origins));
    for (const value of [...op.inputs, ...op.captured]) {
      const sources = kept.take(value);
      if (flows.has(value)) reaching = join(reaching, sources, op.at);
    }
    const layer = found.layerOf.get(op);
    if (layer !== undefined) connect(reaching, layer + 1, op.at);
    const leaving = layer === undefined ? trace(op, reaching) : oneSource(layer + 1);
    // The scale and zero point that it computes are no more dataflow than a shape is.
    const outputs = op.type === 'DynamicQuantizeLinear' ? op.outputs.slice(0, 1) : op.outputs;
    for (const value of outputs) kept.put(value, leaving);
  }
  const out = found.layers.length + 1;
  const ending = graph.outputs.reduce((all, value) => join(all, kept.take(value), 0), noSources);
  connect(ending, out, 0);
  return named(edges, out, sets);
}

interface NumberedEdge {
  readonly from: number;
  readonly to: number;
  readonly via: number;
}

/** The sources of values still to be read: what nobody reads any more is forgotten. */
function keptSources(graph: FlatGraph) {
  const remaining = useCounts(graph);
  const sources = new Map<number, Sources>();
  for (const value of graph.inputs) sources.set(value, oneSource(modelInput));
  return {
    take(value: number): Sources {
      const known = sources.get(value) ?? noSources;
      const left = (remaining.get(value) ?? 1) - 1;
      remaining.set(value, left);
      if (left === 0) sources.delete(value);
      return known;
    },
    put(value: number, of: Sources): void {
      if (of.from.length > 0 && remaining.has(value)) sources.set(value, of);
    },
  };
}

/** What leaves an operator that is no layer, when `reaching` goes in. */
function traceOf(found: FoundLayers, sets: ViaSets, failure: Failure) {
  const types = new Set<string>();
  return (op: FlatOp, reaching: Sources): Sources => {
    if (op.type === 'Shape' || op.type === 'Size') return noSources;
    if (found.absorbed.has(op) || unnoticed.has(op.type)) return reaching;
    types.add(op.type);
    if (types.size > limits.operatorTypes)
      throw failure.unsupported(op.at, `more than ${limits.operatorTypes} operator types`);
    return { ...reaching, pending: sets.add(reaching.pending, op.type) };
  };
}

/** Edges with their layers' places, those that lead to no output left out. */
function named(edges: readonly NumberedEdge[], out: number, sets: ViaSets): Dataflow {
  const live = reaches(out, edges);
  const leads = (node: number): boolean => node === modelInput || live[node] === true;
  return {
    edges: edges
      .filter(({ from, to }) => leads(from) && leads(to))
      .map(({ from, to, via }) => ({
        from: from === modelInput ? 'IN' : from - 1,
        to: to === out ? 'OUT' : to - 1,
        via: sets.typesOf(via),
      })),
    live: live.slice(1, out),
  };
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
  const count = (value: number): void => {
    counts.set(value, (counts.get(value) ?? 0) + 1);
  };
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
