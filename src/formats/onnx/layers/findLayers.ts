import type { Dtype } from '../../../core/dtype.ts';
import { elementCount } from '../../../core/dtype.ts';
import { isWeightType } from '../tensors/locateTensor.ts';
import type { TensorCollection } from '../tensors/collectTensors.ts';
import type { DraftLayer, DraftParameter, FoundLayers, LayerContext, Readers } from './draft.ts';
import type { Origin } from './constantOrigins.ts';
import type { FlatGraph, FlatOp } from './flatGraph.ts';
import { absent } from './flatGraph.ts';
import { foldLayerNorm } from './foldLayerNorm.ts';
import { linearIsTransposed, structuralAttributes } from './layerAttributes.ts';
import {
  isAffine, isStandard, layerKind, quantiserSlots, shapeSlots, slotName, tableKind, takesInt32,
} from './operators.ts'; // prettier-ignore

/**
 * The operators of a graph that own a parameter, with exporters' habits made one: a bias added after
 * a MatMul is the layer's, a layer norm that is spelt out is one layer.
 *
 * An operator with subgraphs is one opaque layer that owns all parameters inside.
 *
 * Source: reference §2.2.
 */
export function findLayers(graph: FlatGraph, context: LayerContext): FoundLayers {
  const uses = readersOf(graph);
  const absorbed = new Set<FlatOp>();
  const layers: DraftLayer[] = [];
  const layerOf = new Map<FlatOp, number>();
  for (const op of graph.ops) {
    if (absorbed.has(op) || layerOf.has(op)) continue;
    const [output] = op.outputs;
    if (output !== undefined && context.origins.has(output)) {
      absorbed.add(op);
      continue;
    }
    const folded = foldLayerNorm(op, graph, uses, context.origins);
    const layer = folded?.layer ?? layerAt(op, context);
    for (const each of folded?.inside ?? []) absorbed.add(each);
    if (layer === undefined) continue;
    if (folded === undefined) {
      const bias = addedBias(layer, uses, context);
      if (bias !== undefined) absorbed.add(bias);
    }
    // A pattern's operators behind its first one may own the layer; it stands at the last of them.
    layerOf.set(layer.op, layers.push(layer) - 1);
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
  const parameters =
    op.bodies.length > 0 ? innerParameters(op, context) : ownParameters(op, context);
  if (!parameters.some(({ learned }) => learned)) return undefined;
  const kind = layerKind(op);
  const attributes = structuralAttributes(op, kind, parameters, context);
  return { op, kind, attributes, parameters };
}

/** The parameters of all layers inside an operator's subgraphs, their slots led by the path. */
function innerParameters(op: FlatOp, context: LayerContext): DraftParameter[] {
  const parameters = ownParameters(op, context);
  for (const { name, graph } of op.bodies) {
    const { layers } = findLayers(graph, context);
    for (const [index, layer] of layers.entries()) {
      const label = layer.op.name === '' ? `${layer.op.type}_${index}` : layer.op.name;
      for (const each of layer.parameters)
        parameters.push({ ...each, slot: `${name}/${label}.${each.slot}` });
    }
  }
  return parameters;
}

function ownParameters(op: FlatOp, context: LayerContext): DraftParameter[] {
  const { origins, collection } = context;
  const parameters: DraftParameter[] = [];
  const add = (slot: string, tensor: number, transposed: boolean, learned: boolean): void => {
    if (tensor !== absent) parameters.push({ slot, tensor, transposed, learned });
  };
  const taken = new Set<number>();
  for (const [index, value] of op.inputs.entries()) {
    const origin = origins.get(value);
    if (origin === undefined || !isParameter(op, index, origin, collection)) continue;
    taken.add(index);
    const slot = slotName(op, index);
    add(slot, origin.tensor, transposedIn(op, index, origin), true);
    const prefix = slot === 'weight' ? '' : `${slot}_`;
    for (const [i, tensor] of origin.quantiser.entries())
      add(prefix + (i === 0 ? 'scale' : 'zero_point'), tensor, false, false);
  }
  if (taken.size > 0)
    for (const index of quantiserSlots(op)) {
      const origin = taken.has(index) ? undefined : origins.get(op.inputs[index] ?? absent);
      if (origin !== undefined) add(slotName(op, index), origin.tensor, false, false);
    }
  for (const { name, tensors, floats } of op.attributes.values())
    for (const message of floats === undefined ? tensors : [...tensors, floats]) {
      const tensor = collection.indexOf.get(message) ?? absent;
      const dtype = collection.tensors[tensor]?.dtype;
      if (dtype !== undefined && isWeightType(dtype)) add(name, tensor, false, true);
    }
  return parameters;
}

function isParameter(
  op: FlatOp,
  index: number,
  origin: Origin,
  { tensors }: TensorCollection,
): boolean {
  const tensor = tensors[origin.tensor];
  if (tensor === undefined || shapeSlots(op).includes(index)) return false;
  const integers = origin.quantiser.length > 0 || takesInt32(op, index);
  if (!isWeightType(tensor.dtype) && !(integers && (tensor.dtype satisfies Dtype) === 'i32'))
    return false;
  return elementCount(tensor.shape) >= (tableKind(op) === undefined ? 2 : 1);
}

function transposedIn(op: FlatOp, index: number, origin: Origin): boolean {
  const byOperator = slotName(op, index) === 'weight' && linearIsTransposed(op, index);
  return byOperator !== origin.transposed;
}

/** The Add that gives a MatMul its bias, which becomes the layer's: reference §2.2, "Normalise". */
function addedBias(layer: DraftLayer, uses: Readers, context: LayerContext): FlatOp | undefined {
  const { op } = layer;
  if (op.type !== 'MatMul' || !isStandard(op)) return undefined;
  const output = op.outputs[0] ?? absent;
  const [add, second] = uses.get(output) ?? [];
  if (add === undefined || second !== undefined || add.type !== 'Add' || !isAffine(add))
    return undefined;
  const origin = context.origins.get(add.inputs.find((value) => value !== output) ?? absent);
  const fits = origin?.shape.length === 1 && origin.shape[0] === layer.attributes['out'];
  if (origin === undefined || !fits || !isParameter(add, 1, origin, context.collection))
    return undefined;
  layer.parameters.push({ slot: 'bias', tensor: origin.tensor, transposed: false, learned: true });
  layer.attributes['hasBias'] = 1;
  return add;
}
