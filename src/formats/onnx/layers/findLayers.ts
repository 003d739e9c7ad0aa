import type { DraftLayer, DraftParameter, FoundLayers, LayerContext, Readers } from './draft.ts';
import type { FlatGraph, FlatOp } from './flatGraph.ts';
import { absent } from './flatGraph.ts';
import { foldLayerNorm, normSearch } from './foldLayerNorm.ts';
import { structuralAttributes } from './layerAttributes.ts';
import { isStandard, layerKind } from './operators.ts';
import { isParameter, ownParameters } from './parameters.ts';

/**
 * The operators of a graph that own a parameter, with exporters' habits made one: a bias added after
 * a MatMul is the layer's, a layer norm that is spelt out is one layer.
 *
 * An operator with subgraphs is one opaque layer that owns all parameters inside.
 *
 * Source: reference §2.2.
 */
export function findLayers(graph: FlatGraph, context: LayerContext): FoundLayers {
  const readers = readersOf(graph);
  const search = normSearch(graph, readers, context.origins);
  const absorbed = new Set<FlatOp>();
  const layers: DraftLayer[] = [];
  const layerOf = new Map<FlatOp, number>();
  for (const op of graph.ops) {
    // A folded layer stands at its last operator, which may come later than this one.
    if (absorbed.has(op) || layerOf.has(op)) continue;
    if (context.origins.has(op.outputs[0] ?? absent)) {
      absorbed.add(op);
      continue;
    }
    const folded = foldLayerNorm(op, search);
    const layer = folded?.layer ?? layerAt(op, context);
    if (layer === undefined) continue;
    layerOf.set(layer.op, layers.push(layer) - 1);
    const inside = folded?.inside ?? addedBias(layer, readers, context);
    for (const each of inside) absorbed.add(each);
  }
  return { layers, layerOf, absorbed };
}

function readersOf(graph: FlatGraph): Readers {
  const readers = new Map<number, (FlatOp | undefined)[]>();
  const note = (value: number, reader: FlatOp | undefined): void => {
    const known = readers.get(value);
    if (known === undefined) readers.set(value, [reader]);
    else known.push(reader);
  };
  for (const op of graph.ops) for (const value of [...op.inputs, ...op.captured]) note(value, op);
  for (const value of graph.outputs) note(value, undefined);
  return readers;
}

function layerAt(op: FlatOp, context: LayerContext): DraftLayer | undefined {
  const parameters = [...ownParameters(op, context), ...innerParameters(op, context)];
  if (!parameters.some(({ learned }) => learned)) return undefined;
  const kind = layerKind(op);
  const attributes = structuralAttributes(op, kind, parameters, context);
  return { op, kind, attributes, parameters };
}

/** The parameters of all layers inside an operator's subgraphs, their slots led by the path. */
function innerParameters(op: FlatOp, context: LayerContext): DraftParameter[] {
  return op.bodies.flatMap(({ name, graph }) =>
    findLayers(graph, context).layers.flatMap((layer, index) => {
      const label = layer.op.name === '' ? `${layer.op.type}_${index}` : layer.op.name;
      return layer.parameters.map((each) => ({ ...each, slot: `${name}/${label}.${each.slot}` }));
    }),
  );
}

/** The Add that gives a MatMul its bias, which becomes the layer's: reference §2.2, "Normalise". */
function addedBias(layer: DraftLayer, readers: Readers, context: LayerContext): FlatOp[] {
  const { op, attributes, parameters } = layer;
  if (op.type !== 'MatMul' || !isStandard(op)) return [];
  const output = op.outputs[0] ?? absent;
  const uses = readers.get(output) ?? [];
  const add = uses.length === 1 ? uses[0] : undefined;
  const tensor = add && biasIn(add, output, attributes['out'], context);
  if (add === undefined || tensor === undefined) return [];
  parameters.push({ slot: 'bias', tensor, transposed: false, learned: true });
  attributes['hasBias'] = 1;
  return [add];
}

/** The constant of one axis of length `out` that `add` adds to `output`. */
function biasIn(add: FlatOp, output: number, out: unknown, context: LayerContext) {
  if (add.type !== 'Add') return undefined;
  const index = add.inputs.findIndex((value) => value !== output);
  const origin = context.origins.get(add.inputs[index] ?? absent);
  if (origin === undefined || !isParameter(add, index, origin, context)) return undefined;
  return origin.shape.length === 1 && origin.shape[0] === out ? origin.tensor : undefined;
}
