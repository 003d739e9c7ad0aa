import type { Origins } from './constantOrigins.ts';
import type { DraftLayer, DraftParameter, Readers } from './draft.ts';
import type { FlatGraph, FlatOp } from './flatGraph.ts';
import { absent } from './flatGraph.ts';

/** A layer norm found in its parts; it stands at its last operator. */
export interface FoldedNorm {
  readonly layer: DraftLayer;
  /** The operators that are part of it, but for the last. */
  readonly inside: readonly FlatOp[];
}

/**
 * The layer norm that ends in Mul γ (and Add β) behind the division `div`, as older exporters spell
 * it out: (x − mean x) / sqrt(mean (x − mean x)² + ε).
 *
 * Source: reference §2.2, "Normalise".
 */
export function foldLayerNorm(
  div: FlatOp,
  graph: FlatGraph,
  uses: Readers,
  origins: Origins,
): FoldedNorm | undefined {
  if (div.type !== 'Div') return undefined;
  const producer = producersOf(graph);
  const from = (value: number | undefined, ...types: readonly string[]): FlatOp | undefined => {
    let op = producer.get(value ?? absent);
    while (op?.type === 'Cast') op = producer.get(op.inputs[0] ?? absent);
    return op !== undefined && types.includes(op.type) ? op : undefined;
  };
  const centred = from(div.inputs[0], 'Sub');
  const root = from(div.inputs[1], 'Sqrt');
  const shifted = from(root?.inputs[0], 'Add');
  const variance = shifted?.inputs.map((value) => from(value, 'ReduceMean')).find(Boolean);
  const square = from(variance?.inputs[0], 'Pow', 'Mul');
  const again = from(square?.inputs[0], 'Sub');
  const mean = from(centred?.inputs[1], 'ReduceMean');
  if (centred === undefined || again === undefined || mean === undefined) return undefined;
  const sameInput = again.inputs[0] === centred.inputs[0] && mean.inputs[0] === centred.inputs[0];
  if (!sameInput) return undefined;

  const scale = scaledBy(div, 'Mul', uses, origins);
  if (scale === undefined) return undefined;
  const shift = scaledBy(scale.op, 'Add', uses, origins);
  const parameters: DraftParameter[] = [parameter('scale', scale.tensor)];
  if (shift !== undefined) parameters.push(parameter('bias', shift.tensor));
  const last = shift?.op ?? scale.op;
  const parts = [mean, centred, again, square, variance, shifted, root, div, scale.op];
  const inside = parts.filter((op): op is FlatOp => op !== undefined && op !== last);
  const attributes = { normalizedShape: scale.shape };
  return { layer: { op: last, kind: 'LayerNormalization', attributes, parameters }, inside };
}

/** The one reader of `op`, if it is of `type` with a constant of two elements or more. */
function scaledBy(op: FlatOp, type: string, uses: Readers, origins: Origins) {
  const output = op.outputs[0] ?? absent;
  const [reader, second] = uses.get(output) ?? [];
  if (reader?.type !== type || second !== undefined) return undefined;
  const origin = origins.get(reader.inputs.find((value) => value !== output) ?? absent);
  if (origin === undefined || origin.tensor === absent || origin.shape.length === 0)
    return undefined;
  return { op: reader, tensor: origin.tensor, shape: origin.shape };
}

function parameter(slot: string, tensor: number): DraftParameter {
  return { slot, tensor, transposed: false, learned: true };
}

const known = new WeakMap<FlatGraph, ReadonlyMap<number, FlatOp>>();

function producersOf(graph: FlatGraph): ReadonlyMap<number, FlatOp> {
  const producers =
    known.get(graph) ?? new Map(graph.ops.flatMap((op) => op.outputs.map((out) => [out, op])));
  known.set(graph, producers);
  return producers;
}
