import { elementCount } from '../../../core/dtype.ts';
import { isWeightType } from '../tensors/locateTensor.ts';
import type { Origin } from './constantOrigins.ts';
import type { DraftParameter, LayerContext } from './draft.ts';
import type { FlatOp } from './flatGraph.ts';
import { absent } from './flatGraph.ts';
import { linearIsTransposed } from './layerAttributes.ts';
import { quantiserSlots, shapeSlots, slotName, tableKind, takesInt32 } from './operators.ts';

/**
 * The parameters that an operator reads itself: constants in its data inputs, its attributes'
 * tensors, and the scales and zero points that go with them. A subgraph's are not among them.
 *
 * Source: reference §2.2, `isParam`.
 */
export function ownParameters(op: FlatOp, context: LayerContext): DraftParameter[] {
  const taken = op.inputs.flatMap((value, index) => {
    const origin = context.origins.get(value);
    return origin !== undefined && isParameter(op, index, origin, context)
      ? [{ index, origin }]
      : [];
  });
  const parameters = taken.flatMap(({ index, origin }) => inputParameters(op, index, origin));
  if (taken.length > 0) {
    const indices = taken.map(({ index }) => index);
    parameters.push(...quantiserParameters(op, indices, context));
  }
  return [...parameters, ...attributeParameters(op, context)];
}

/** Whether the constant in input `index` of `op` is a parameter. */
export function isParameter(
  op: FlatOp,
  index: number,
  origin: Origin,
  { collection }: LayerContext,
): boolean {
  const tensor = collection.tensors[origin.tensor];
  if (tensor === undefined || shapeSlots(op).includes(index)) return false;
  const mayBeInt32 = origin.quantiser.length > 0 || takesInt32(op, index);
  if (!isWeightType(tensor.dtype) && !(mayBeInt32 && tensor.dtype === 'i32')) return false;
  return elementCount(tensor.shape) >= (tableKind(op) === undefined ? 2 : 1);
}

function inputParameters(op: FlatOp, index: number, origin: Origin): DraftParameter[] {
  const slot = slotName(op, index);
  const exchanged = slot === 'weight' && linearIsTransposed(op, index);
  const transposed = exchanged !== origin.transposed;
  const prefix = slot === 'weight' ? '' : `${slot}_`;
  const quantiser = origin.quantiser.map((tensor, i) =>
    constantOf(prefix + (i === 0 ? 'scale' : 'zero_point'), tensor),
  );
  return [
    { slot, tensor: origin.tensor, transposed, learned: true },
    ...quantiser.filter(({ tensor }) => tensor !== absent),
  ];
}

function quantiserParameters(
  op: FlatOp,
  taken: readonly number[],
  { origins }: LayerContext,
): DraftParameter[] {
  return quantiserSlots(op).flatMap((index) => {
    const tensor = origins.get(op.inputs[index] ?? absent)?.tensor ?? absent;
    if (tensor === absent || taken.includes(index)) return [];
    return [constantOf(slotName(op, index), tensor)];
  });
}

function attributeParameters(op: FlatOp, { collection }: LayerContext): DraftParameter[] {
  const parameters: DraftParameter[] = [];
  for (const { name, tensors, floats } of op.attributes.values())
    for (const message of floats === undefined ? tensors : [...tensors, floats]) {
      const tensor = collection.indexOf.get(message) ?? absent;
      const found = collection.tensors[tensor];
      if (found !== undefined && isWeightType(found.dtype) && elementCount(found.shape) >= 2)
        parameters.push({ slot: name, tensor, transposed: false, learned: true });
    }
  return parameters;
}

function constantOf(slot: string, tensor: number): DraftParameter {
  return { slot, tensor, transposed: false, learned: false };
}
