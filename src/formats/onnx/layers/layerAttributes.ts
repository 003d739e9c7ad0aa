import type { AttributeValue } from '../../../core/architecture.ts';
import { elementCount } from '../../../core/dtype.ts';
import type { AttributeProto } from '../proto/model.ts';
import type { DraftParameter, LayerContext } from './draft.ts';
import type { FlatGraph, FlatOp } from './flatGraph.ts';

type Attributes = Record<string, AttributeValue>;

/** Whether a linear operator's constant in input `index` is [in, out], the normal form transposed. */
export function linearIsTransposed(op: FlatOp, index: number): boolean {
  if (op.type === 'Gemm' || op.type === 'FusedGemm' || op.type === 'QGemm') {
    const flag = intOf(op, index === 0 ? 'transA' : 'transB') ?? 0;
    return index === 0 ? flag === 1 : flag === 0;
  }
  if (op.type === 'FusedMatMul') return index === 1 && (intOf(op, 'transB') ?? 0) === 0;
  if (op.type === 'MatMul') return index === 1;
  return op.type === 'MatMulInteger' || op.type === 'QLinearMatMul';
}

/**
 * The structural attributes of a layer: sizes from its parameters' shapes, and what the operator
 * itself says (reference §2.2's table). Two exporters' forms of one layer have the same.
 */
export function structuralAttributes(
  op: FlatOp,
  kind: string,
  parameters: readonly DraftParameter[],
  context: LayerContext,
): Attributes {
  const shapeOf = (slot: string): readonly number[] | undefined => {
    const found = parameters.find((each) => each.slot === slot);
    return found && context.collection.tensors[found.tensor]?.shape;
  };
  if (op.bodies.length > 0) return { subgraphs: op.bodies.map(({ graph }) => graphHash(graph)) };
  switch (kind) {
    case 'Linear':
      return linear(op, parameters, shapeOf);
    case 'Conv':
    case 'ConvT':
      return convolution(op, kind, shapeOf);
    case 'LSTM':
    case 'GRU':
    case 'RNN':
      return recurrent(op, kind, shapeOf);
    case 'Embedding':
      return embedding(shapeOf('weight') ?? []);
    case 'Affine':
    case 'PRelu':
      return elementwise(op, kind, shapeOf);
    default:
      return { ...sizes(kind, parameters, shapeOf, context), ...attributesOf(op) };
  }
}

function elementwise(op: FlatOp, kind: 'Affine' | 'PRelu', shapeOf: ShapeOf): Attributes {
  if (kind === 'PRelu') return { shape: shapeOf('slope') ?? [] };
  return { op: op.type, shape: shapeOf('weight') ?? shapeOf('bias') ?? [] };
}

function embedding(shape: readonly number[]): Attributes {
  return { rows: shape[0] ?? 0, dim: elementCount(shape.slice(1)) };
}

type ShapeOf = (slot: string) => readonly number[] | undefined;

function linear(op: FlatOp, parameters: readonly DraftParameter[], shapeOf: ShapeOf): Attributes {
  const shape = shapeOf('weight') ?? [];
  const transposed = parameters.find(({ slot }) => slot === 'weight')?.transposed === true;
  const [rows, columns] = [shape.at(-2) ?? 1, shape.at(-1) ?? 1];
  const blocked = op.type === 'MatMulNBits';
  const hasBias = shapeOf('bias') === undefined ? 0 : 1;
  const sizes = transposed ? { in: rows, out: columns } : { in: columns, out: rows };
  const given = { in: intOf(op, 'K') ?? 0, out: intOf(op, 'N') ?? 0, bits: intOf(op, 'bits') ?? 4 };
  return { ...(blocked ? given : sizes), hasBias, ...unlessOne(op, ['alpha', 'beta']) };
}

function convolution(op: FlatOp, kind: 'Conv' | 'ConvT', shapeOf: ShapeOf): Attributes {
  const shape = shapeOf('weight') ?? [];
  const [first = 0, second = 0, ...kernel] = shape;
  const groups = intOf(op, 'group') ?? 1;
  const rank = kernel.length;
  const list = (name: string, length: number, value: number): readonly number[] =>
    intsOf(op, name) ?? new Array<number>(length).fill(value);
  const automatic = op.attributes.get('auto_pad')?.text ?? 'NOTSET';
  const channels =
    kind === 'Conv'
      ? { inC: second * groups, outC: first }
      : { inC: first, outC: second * groups, outputPad: list('output_padding', rank, 0) };
  return {
    rank,
    ...channels,
    kernel: intsOf(op, 'kernel_shape') ?? kernel,
    stride: list('strides', rank, 1),
    pad: automatic === 'NOTSET' ? list('pads', 2 * rank, 0) : automatic,
    dilation: list('dilations', rank, 1),
    groups,
    hasBias: shapeOf('bias') === undefined ? 0 : 1,
  };
}

/** Order of the gates in the rows of an ONNX recurrent layer's weights. Source: ONNX operators. */
const gateOrder = { LSTM: 'iofc', GRU: 'zrh', RNN: 'i' } as const;

function recurrent(op: FlatOp, kind: 'LSTM' | 'GRU' | 'RNN', shapeOf: ShapeOf): Attributes {
  const [directions, rows, input] = shapeOf('w') ?? [];
  const gates = gateOrder[kind];
  return {
    input: input ?? 0,
    hidden: intOf(op, 'hidden_size') ?? (rows ?? 0) / gates.length,
    directions: directions ?? 1,
    direction: op.attributes.get('direction')?.text ?? 'forward',
    gates,
    hasBias: shapeOf('bias') === undefined ? 0 : 1,
    ...(kind === 'GRU' ? { linearBeforeReset: intOf(op, 'linear_before_reset') ?? 0 } : {}),
  };
}

function sizes(
  kind: string,
  parameters: readonly DraftParameter[],
  shapeOf: ShapeOf,
  context: LayerContext,
): Attributes {
  if (!kind.endsWith('Normalization')) return parameterShapes(parameters, context);
  const shape = shapeOf('scale') ?? [];
  const perChannel = ['Batch', 'Instance', 'Group'].some((which) => kind.startsWith(which));
  return perChannel ? { channels: shape[0] ?? 0 } : { normalizedShape: shape };
}

function parameterShapes(
  parameters: readonly DraftParameter[],
  { collection }: LayerContext,
): Attributes {
  return Object.fromEntries(
    parameters.map(({ slot, tensor }) => [
      `${slot}.shape`,
      collection.tensors[tensor]?.shape ?? [],
    ]),
  );
}

function attributesOf(op: FlatOp): Attributes {
  return Object.fromEntries(
    [...op.attributes].flatMap(([name, attribute]) => {
      const value = valueOf(attribute);
      return value === undefined ? [] : [[name, value] as const];
    }),
  );
}

/** An attribute's value, where it is a number, a short text or a short list. */
function valueOf({ int, float, text, ints, floats }: AttributeProto): AttributeValue | undefined {
  const list = ints ?? floats;
  if (list !== undefined) return list.elements === list.first.length ? list.first : undefined;
  return int ?? float ?? (text !== undefined && text.length <= 64 ? text : undefined);
}

function unlessOne(op: FlatOp, names: readonly string[]): Attributes {
  const values = names.map((name) => [name, op.attributes.get(name)?.float ?? 1] as const);
  return Object.fromEntries(values.filter(([, value]) => value !== 1));
}

function intOf(op: FlatOp, name: string): number | undefined {
  return op.attributes.get(name)?.int;
}

function intsOf(op: FlatOp, name: string): readonly number[] | undefined {
  return op.attributes.get(name)?.ints?.first;
}

/**
 * A digest of a subgraph's operators and how they are wired, 16 hex digits: equal for equal structure.
 *
 * Source: FNV-1a over two 32-bit lanes; it tells structures apart and secures nothing.
 */
function graphHash(graph: FlatGraph): string {
  let [a, b] = [0x811c9dc5, 0x01000193];
  const note = (text: string): void => {
    for (let i = 0; i < text.length; i++) {
      a = Math.imul(a ^ text.charCodeAt(i), 0x01000193);
      b = Math.imul(b ^ (text.charCodeAt(i) + i), 0x5bd1e995);
    }
  };
  const walk = (inner: FlatGraph): void => {
    const numbers = new Map<number, number>();
    const name = (value: number): number => {
      const number = numbers.get(value) ?? numbers.size;
      numbers.set(value, number);
      return number;
    };
    for (const op of inner.ops) {
      note(`${op.domain}:${op.type}(${op.inputs.map(name).join()})${op.outputs.map(name).join()};`);
      for (const body of op.bodies) {
        note(`{${body.name}`);
        walk(body.graph);
        note('}');
      }
    }
  };
  walk(graph);
  return [a, b].map((lane) => (lane >>> 0).toString(16).padStart(8, '0')).join('');
}
