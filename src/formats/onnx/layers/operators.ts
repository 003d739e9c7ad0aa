import type { FlatOp } from './flatGraph.ts';

/**
 * Inputs that give a shape, an index, a bound or a quantiser's constants: never parameters, and no
 * dataflow goes through them. Source: reference §2.2 `shapeSlots`; the operators from OneHot on are
 * ours, in the same sense.
 */
const shapeSlotTable: Readonly<Record<string, readonly number[]>> = {
  Reshape: [1], Expand: [1], Tile: [1], Slice: [1, 2, 3, 4], Pad: [1, 2, 3], Resize: [1, 2, 3],
  Squeeze: [1], Unsqueeze: [1], TopK: [1], ConstantOfShape: [0], Range: [0, 1, 2],
  Gather: [1], GatherND: [1], GatherElements: [1], Clip: [1, 2],
  QuantizeLinear: [1, 2], DequantizeLinear: [1, 2],
  QLinearConv: [1, 2, 4, 5, 6, 7], QLinearMatMul: [1, 2, 4, 5, 6, 7],
  ConvInteger: [2, 3], MatMulInteger: [2, 3],
  OneHot: [1, 2], Upsample: [1], Split: [1], CumSum: [1], Dropout: [1, 2], Trilu: [1],
  ScatterND: [1], ScatterElements: [1], NonMaxSuppression: [2, 3, 4], CenterCropPad: [1],
}; // prettier-ignore

const noSlots: readonly number[] = [];

/** The inputs of `op` that are no data. */
export function shapeSlots(op: FlatOp): readonly number[] {
  if (!isStandard(op)) return noSlots;
  if (op.type.startsWith('Reduce')) return [1];
  return own(shapeSlotTable, op.type) ?? noSlots;
}

/** Layer classes of reference §2.2's table by operator; `Affine` and the rest are decided elsewhere. */
const kindTable: Readonly<Record<string, string>> = {
  Gemm: 'Linear', MatMul: 'Linear', QLinearMatMul: 'Linear', MatMulInteger: 'Linear',
  MatMulNBits: 'Linear', FusedMatMul: 'Linear', FusedGemm: 'Linear', QGemm: 'Linear',
  Conv: 'Conv', QLinearConv: 'Conv', ConvInteger: 'Conv', FusedConv: 'Conv', ConvTranspose: 'ConvT',
  BatchNormalization: 'BatchNormalization', InstanceNormalization: 'InstanceNormalization',
  GroupNormalization: 'GroupNormalization', LayerNormalization: 'LayerNormalization',
  RMSNormalization: 'RMSNormalization',
  SimplifiedLayerNormalization: 'SimplifiedLayerNormalization',
  SkipLayerNormalization: 'SkipLayerNormalization',
  Gather: 'Embedding', LSTM: 'LSTM', GRU: 'GRU', RNN: 'RNN', PRelu: 'PRelu',
}; // prettier-ignore

/** The class of a layer in the table's first six rows, where one element makes a parameter. */
export function tableKind(op: FlatOp): string | undefined {
  return own(kindTable, op.type);
}

/** The class of a layer made by `op`. */
export function layerKind(op: FlatOp): string {
  if (isStandard(op) && isAffine(op)) return 'Affine';
  return tableKind(op) ?? op.type;
}

export function isAffine(op: FlatOp): boolean {
  return ['Add', 'Sub', 'Mul', 'Div'].includes(op.type);
}

/** Names of inputs as parameters; unnamed ones are `input_2`. */
const slotTable: Readonly<Record<string, readonly string[]>> = {
  Gemm: ['weight', 'weight', 'bias'], MatMul: ['weight', 'weight'],
  FusedMatMul: ['weight', 'weight'], FusedGemm: ['weight', 'weight', 'bias'],
  Conv: ['x', 'weight', 'bias'], FusedConv: ['x', 'weight', 'bias'],
  ConvTranspose: ['x', 'weight', 'bias'],
  QLinearConv: ['x', 'x_scale', 'x_zero_point', 'weight', 'scale', 'zero_point', 'y_scale',
    'y_zero_point', 'bias'],
  QLinearMatMul: ['x', 'x_scale', 'x_zero_point', 'weight', 'scale', 'zero_point', 'y_scale',
    'y_zero_point'],
  ConvInteger: ['x', 'weight', 'x_zero_point', 'zero_point'],
  MatMulInteger: ['x', 'weight', 'x_zero_point', 'zero_point'],
  MatMulNBits: ['x', 'weight', 'scale', 'zero_point', 'g_idx', 'bias'],
  BatchNormalization: ['x', 'scale', 'bias', 'mean', 'var'],
  InstanceNormalization: ['x', 'scale', 'bias'], GroupNormalization: ['x', 'scale', 'bias'],
  LayerNormalization: ['x', 'scale', 'bias'], RMSNormalization: ['x', 'scale'],
  SimplifiedLayerNormalization: ['x', 'scale'],
  SkipLayerNormalization: ['x', 'skip', 'scale', 'bias', 'input_bias'],
  Gather: ['weight'], PRelu: ['x', 'slope'],
  LSTM: ['x', 'w', 'r', 'bias', 'sequence_lens', 'initial_h', 'initial_c', 'peephole'],
  GRU: ['x', 'w', 'r', 'bias', 'sequence_lens', 'initial_h'],
  RNN: ['x', 'w', 'r', 'bias', 'sequence_lens', 'initial_h'],
  Mul: ['weight', 'weight'], Div: ['weight', 'weight'], Add: ['bias', 'bias'],
  Sub: ['bias', 'bias'],
}; // prettier-ignore

/** What a parameter in input `index` of `op` is called. */
export function slotName(op: FlatOp, index: number): string {
  return own(slotTable, op.type)?.[index] ?? `input_${index}`;
}

/** The inputs of a quantised operator that hold constants of its quantisers. */
export function quantiserSlots(op: FlatOp): readonly number[] {
  return (
    own(slotTable, op.type)?.flatMap((name, i) => (/scale|zero_point/.test(name) ? i : [])) ?? []
  );
}

/** Whether one input of `op` may hold an int32 weight: the biases of quantised operators. */
export function takesInt32(op: FlatOp, index: number): boolean {
  return (op.type === 'QLinearConv' && index === 8) || (op.type === 'QGemm' && index === 6);
}

/** Operators that change neither values nor meaning: they leave no trace on an edge. */
export const unnoticed: ReadonlySet<string> = new Set([
  'Identity', 'Dropout', 'Cast', 'CastLike', 'QuantizeLinear', 'DequantizeLinear',
  'DynamicQuantizeLinear', 'Reshape', 'Flatten', 'Squeeze', 'Unsqueeze', 'Transpose', 'Expand',
]); // prettier-ignore

/** Operators through which a constant stays one. */
export const constantChain: ReadonlySet<string> = new Set([
  'Identity', 'Transpose', 'Cast', 'Reshape', 'Squeeze', 'Unsqueeze', 'DequantizeLinear',
]); // prettier-ignore

/** Whether `op` is of the standard's main set, whose inputs are known here. */
export function isStandard(op: FlatOp): boolean {
  return op.domain === '';
}

function own<T>(table: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(table, key) ? table[key] : undefined;
}
