import { floatOf, intOf } from '../../core/network/attributes.ts';
import { knownInputs, reshapeTo } from '../gradients/reshaping.ts';
import type { GraphBuilder } from '../graphBuilder.ts';
import { recurrentSizes, refuseShortSequences, type RecurrentSizes } from '../shapes/recurrent.ts';
import type { Lowering, LoweringContext } from './lowering.ts';
import { activationsOf } from './recurrentActivations.ts';
import { gruCell, lstmCell, rnnCell, type Cell, type CellKind } from './recurrentCells.ts';

/**
 * Recurrent layers written out over time: the inputs' part of all steps is one product, each step adds
 * the state's part. For a run without gradients LSTM and GRU stay, as every backend has them; but not
 * with the batch first, which ONNX Runtime has not.
 *
 * Source: ONNX RNN-14, GRU-14, LSTM-14.
 */
function unrolled(kind: CellKind, native: boolean): Lowering {
  return (context) => {
    const { b, node, options } = context;
    const sizes = recurrentSizes(knownInputs(b, node.inputs), node);
    if (options.mode === 'evaluate' && native && !sizes.batchFirst) return undefined;
    refuseShortSequences(knownInputs(b, node.inputs)[4], sizes.steps, node);
    const ways = sizes.directions.map((_, way) => runDirection(context, kind, sizes, way));
    return outputsOf(b, sizes, ways);
  };
}

/** LSTM, GRU, RNN. */
export const recurrentLowerings: Readonly<Record<string, Lowering>> = {
  LSTM: unrolled({ gates: 4, states: 2, cell: lstmCell }, true),
  GRU: unrolled({ gates: 3, states: 1, cell: gruCell }, true),
  RNN: unrolled({ gates: 1, states: 1, cell: rnnCell }, false),
};

/** States of a direction: hidden state after each step, in the order of time, and the last ones. */
interface Way {
  readonly hidden: readonly string[];
  readonly last: readonly string[];
}

function runDirection(
  context: LoweringContext,
  kind: CellKind,
  sizes: RecurrentSizes,
  way: number,
): Way {
  const { b, node } = context;
  const cell = cellOf(context, kind, sizes, way);
  const steps = kind.cell(cell);
  const parts = inputParts(cell, node.inputs[0] ?? '');
  const backwards = sizes.directions[way] === 'reverse';
  let state: readonly string[] = Array.from({ length: kind.states }, (_, at) =>
    initialState(b, node.inputs[5 + at] ?? '', sizes, way),
  );
  const hidden: string[] = [];
  for (const part of backwards ? parts.toReversed() : parts) {
    state = steps(part, state);
    hidden.push(state[0] ?? '');
  }
  return { hidden: backwards ? hidden.reverse() : hidden, last: state };
}

/** Weights of one direction. */
function cellOf(
  { b, node }: LoweringContext,
  { gates, states }: CellKind,
  sizes: RecurrentSizes,
  way: number,
): Cell {
  const { hidden, directions } = sizes;
  const [, weights = '', recurrence = '', biases = '', , , , peepholes = ''] = node.inputs;
  const rows = gates * hidden;
  const pick = (name: string, shape: readonly number[]) =>
    name === '' ? undefined : takeDirection(b, name, way, shape);
  const both = pick(biases, [2 * rows]);
  return {
    b,
    node,
    sizes,
    gates,
    weights: pick(weights, [rows, sizes.features]) ?? '',
    recurrence: pick(recurrence, [rows, hidden]) ?? '',
    biases: both === undefined ? undefined : b.ops('Split', [both, b.ints([rows, rows])], {}, 2),
    peepholes: states === 2 ? pick(peepholes, [3 * hidden]) : undefined,
    activations: activationsOf(node, gates, way, directions.length),
    clip: floatOf(node, 'clip', Infinity),
    resetsAfter: intOf(node, 'linear_before_reset', 0) !== 0,
  };
}

/** Element `way` of the first axis. */
function takeDirection(
  b: GraphBuilder,
  name: string,
  way: number,
  shape: readonly number[],
): string {
  if (b.shape(name)[0] === 1) return reshapeTo(b, name, shape);
  const taken = b.op('Slice', [name, b.ints([way]), b.ints([way + 1]), b.ints([0])]);
  return reshapeTo(b, taken, shape);
}

/** For each step the input's part of all gates, biases added: [batch, gates · hidden]. */
function inputParts(cell: Cell, input: string): readonly string[] {
  const { b, sizes, gates, biases, resetsAfter } = cell;
  const { steps, batch, features, batchFirst } = sizes;
  const timeFirst = batchFirst ? b.op('Transpose', [input], { perm: [1, 0, 2] }) : input;
  const rows = reshapeTo(b, timeFirst, [steps * batch, features]);
  const [own, state] = biases ?? [];
  // A GRU that resets after the product keeps the candidate's second bias inside of it.
  const separate = gates === 3 && resetsAfter;
  const bias =
    own === undefined || state === undefined || separate ? own : b.op('Add', [own, state]);
  const product = b.op(
    'Gemm',
    bias === undefined ? [rows, cell.weights] : [rows, cell.weights, bias],
    { transB: 1 },
  );
  if (steps === 1) return [product];
  const sizesOf = new Array<number>(steps).fill(batch);
  return b.ops('Split', [product, b.ints(sizesOf)], { axis: 0 }, steps);
}

function initialState(
  b: GraphBuilder,
  name: string,
  { batch, hidden, batchFirst }: RecurrentSizes,
  way: number,
): string {
  if (name === '') return b.floats([batch, hidden], new Float32Array(batch * hidden));
  const directionFirst = batchFirst ? b.op('Transpose', [name], { perm: [1, 0, 2] }) : name;
  return takeDirection(b, directionFirst, way, [batch, hidden]);
}

/** Y, then the last states, as the operator lays them out. */
function outputsOf(
  b: GraphBuilder,
  { steps, batch, hidden, batchFirst }: RecurrentSizes,
  ways: readonly Way[],
): readonly string[] {
  const join = (values: readonly string[], axis: number) =>
    values.length === 1 ? (values[0] ?? '') : b.op('Concat', values, { axis });
  const all = join(
    ways.map((way) => reshapeTo(b, join(way.hidden, 0), [steps, 1, batch, hidden])),
    1,
  );
  const last = (ways[0]?.last ?? []).map((_, at) => {
    const states = ways.map((way) => reshapeTo(b, way.last[at] ?? '', [1, batch, hidden]));
    const joined = join(states, 0);
    return batchFirst ? b.op('Transpose', [joined], { perm: [1, 0, 2] }) : joined;
  });
  return [batchFirst ? b.op('Transpose', [all], { perm: [2, 0, 1, 3] }) : all, ...last];
}
