import { elementCount } from '../../../core/dtype.ts';
import { floatOf, floatsOf, intOf } from '../../../core/network/attributes.ts';
import type { OpNode } from '../../../core/network/network.ts';
import { inputAt } from '../../nodeInputs.ts';
import { knownOf } from '../../shapes/moves.ts';
import {
  recurrentShapeRules,
  recurrentSizes,
  type RecurrentSizes,
} from '../../shapes/recurrent.ts';
import { unsupported } from '../../unsupported.ts';
import { ndArray, type Kernel, type NdArray } from '../ndArray.ts';

type Scalar = (x: number) => number;

/** Reads one number of an optional input by direction, row and column; 0 where it is left out. */
type Read = (way: number, row: number, column?: number) => number;

interface Cell {
  readonly hidden: number;
  readonly activations: readonly Scalar[];
  readonly recurrence: Read;
  /** Second half of the biases. */
  readonly stateBias: Read;
  readonly peepholes: Read;
  readonly resetsAfter: boolean;
  readonly way: number;
}

/** One example's next states from the input's part of each gate (its bias added) and its states. */
type Step = (cell: Cell, part: readonly number[], states: readonly number[][]) => number[][];

/** LSTM, GRU, RNN, one number at a time. Source: the equations of ONNX RNN-14, GRU-14, LSTM-14. */
export const recurrentKernels: Readonly<Record<string, Kernel>> = {
  RNN: recurrent(1, 1, rnnStep),
  GRU: recurrent(3, 1, gruStep),
  LSTM: recurrent(4, 2, lstmStep),
};

function recurrent(gates: number, states: number, step: Step): Kernel {
  return (inputs, node, opset) => {
    const sizes = recurrentSizes(inputs, node);
    const x = inputAt(inputs, 0, node);
    const types = recurrentShapeRules[node.op]?.(inputs.map(knownOf), node, opset) ?? [];
    const outputs = types.map(({ shape }) => new Float64Array(elementCount(shape)));
    for (const way of sizes.directions.keys())
      for (let example = 0; example < sizes.batch; example++)
        runOne({ inputs, node, sizes, gates, states, step, way, example }, x, outputs);
    return types.map(({ shape }, at) => ndArray(x.dtype, shape, outputs[at] ?? []));
  };
}

/** One example in one direction. */
interface One {
  readonly inputs: readonly (NdArray | undefined)[];
  readonly node: OpNode;
  readonly sizes: RecurrentSizes;
  readonly gates: number;
  readonly states: number;
  readonly step: Step;
  readonly way: number;
  readonly example: number;
}

function runOne(of: One, x: NdArray, outputs: readonly Float64Array[]): void {
  const { inputs, sizes, way, example } = of;
  const { steps, batch, features, hidden, directions, batchFirst } = sizes;
  const ways = directions.length;
  const cell = cellOf(of);
  const stateAt = (batchFirst ? example * ways + way : way * batch + example) * hidden;
  let state = Array.from({ length: of.states }, (_, which) =>
    Array.from({ length: hidden }, (__, at) => inputs[5 + which]?.data[stateAt + at] ?? 0),
  );
  const length = inputs[4]?.data[example] ?? steps;
  for (let round = 0; round < length; round++) {
    const time = directions[way] === 'reverse' ? length - 1 - round : round;
    const row = (batchFirst ? example * steps + time : time * batch + example) * features;
    state = of.step(cell, inputPart(of, x.data.subarray(row, row + features)), state);
    const place = batchFirst
      ? (example * steps + time) * ways + way
      : (time * ways + way) * batch + example;
    outputs[0]?.set(state[0] ?? [], place * hidden);
  }
  for (const [which, values] of state.entries()) outputs[1 + which]?.set(values, stateAt);
}

function cellOf({ inputs, node, sizes: { hidden }, gates, way }: One): Cell {
  const bias = reader(inputs[3], 2 * gates * hidden, 1);
  return {
    hidden,
    way,
    activations: activationsOf(node, gates, way),
    recurrence: reader(inputs[2], gates * hidden, hidden),
    stateBias: (_, row) => bias(way, gates * hidden + row),
    peepholes: reader(inputs[7], 3 * hidden, 1),
    resetsAfter: intOf(node, 'linear_before_reset', 0) !== 0,
  };
}

/** The input's part of each gate, with its bias. */
function inputPart({ inputs, sizes, gates, way }: One, x: Float64Array): number[] {
  const rows = gates * sizes.hidden;
  const weights = reader(inputs[1], rows, sizes.features);
  const bias = reader(inputs[3], 2 * rows, 1);
  return Array.from({ length: rows }, (_, row) =>
    x.reduce((sum, value, at) => sum + weights(way, row, at) * value, bias(way, row)),
  );
}

function reader(input: NdArray | undefined, rows: number, columns: number): Read {
  return (way, row, column = 0) => input?.data[(way * rows + row) * columns + column] ?? 0;
}

/** Row `row` of the recurrence matrix times a state. */
function product({ recurrence, hidden, way }: Cell, row: number, state: readonly number[]): number {
  let sum = 0;
  for (let at = 0; at < hidden; at++) sum += recurrence(way, row, at) * (state[at] ?? 0);
  return sum;
}

function act({ activations }: Cell, which: number, x: number): number {
  return activations[which]?.(x) ?? x;
}

function rnnStep(
  cell: Cell,
  part: readonly number[],
  [state = []]: readonly number[][],
): number[][] {
  const { stateBias, way } = cell;
  return [
    part.map((value, row) => act(cell, 0, value + product(cell, row, state) + stateBias(way, row))),
  ];
}

function gruStep(
  cell: Cell,
  part: readonly number[],
  [state = []]: readonly number[][],
): number[][] {
  const { hidden, stateBias, way, resetsAfter } = cell;
  const gate = (row: number) =>
    act(cell, 0, (part[row] ?? 0) + product(cell, row, state) + stateBias(way, row));
  const reset = state.map((_, at) => gate(hidden + at));
  const kept = state.map((value, at) => value * (reset[at] ?? 0));
  return [
    state.map((before, at) => {
      const row = 2 * hidden + at;
      const bias = stateBias(way, row);
      const inner = resetsAfter
        ? (reset[at] ?? 0) * (product(cell, row, state) + bias)
        : product(cell, row, kept) + bias;
      const candidate = act(cell, 1, (part[row] ?? 0) + inner);
      const update = gate(at);
      return (1 - update) * candidate + update * before;
    }),
  ];
}

function lstmStep(
  cell: Cell,
  part: readonly number[],
  [state = [], inner = []]: readonly number[][],
): number[][] {
  const { hidden, stateBias, peepholes, way } = cell;
  const gate = (which: number, at: number) => {
    const row = which * hidden + at;
    return (part[row] ?? 0) + product(cell, row, state) + stateBias(way, row);
  };
  const next = inner.map((before, at) => {
    const input = act(cell, 0, gate(0, at) + peepholes(way, at) * before);
    const forget = act(cell, 0, gate(2, at) + peepholes(way, 2 * hidden + at) * before);
    return forget * before + input * act(cell, 1, gate(3, at));
  });
  const out = next.map(
    (value, at) =>
      act(cell, 0, gate(1, at) + peepholes(way, hidden + at) * value) * act(cell, 2, value),
  );
  return [out, next];
}

const usual: Readonly<Record<number, readonly string[]>> = {
  1: ['Tanh'],
  3: ['Sigmoid', 'Tanh'],
  4: ['Sigmoid', 'Tanh', 'Tanh'],
};

type Parametric = (alpha: number | undefined, beta: number | undefined) => Scalar;

const functions: Readonly<Record<string, readonly [parameters: number, of: Parametric]>> = {
  sigmoid: [0, () => (x) => 1 / (1 + Math.exp(-x))],
  tanh: [0, () => Math.tanh],
  relu: [0, () => (x) => Math.max(0, x)],
  softplus: [0, () => (x) => Math.log1p(Math.exp(x))],
  hardsigmoid: [
    2,
    (a = 0.2, b = 0.5) =>
      (x) =>
        Math.min(1, Math.max(0, a * x + b)),
  ],
  leakyrelu: [
    1,
    (a = 0.01) =>
      (x) =>
        x < 0 ? a * x : x,
  ],
  elu: [
    1,
    (a = 1) =>
      (x) =>
        x < 0 ? a * Math.expm1(x) : x,
  ],
  thresholdedrelu: [
    1,
    (a = 1) =>
      (x) =>
        x > a ? x : 0,
  ],
};

function activationsOf(node: OpNode, gates: number, way: number): readonly Scalar[] {
  const given = node.attributes['activations'];
  const count = usual[gates]?.length ?? 1;
  const names =
    given?.is === 'strings' && given.value.length > 0
      ? given.value
      : [...(usual[gates] ?? []), ...(usual[gates] ?? [])];
  const [alphas, betas] = [
    [...(floatsOf(node, 'activation_alpha') ?? [])],
    [...(floatsOf(node, 'activation_beta') ?? [])],
  ];
  const bound = floatOf(node, 'clip', Infinity);
  const all = names.map((name): Scalar => {
    const found = functions[name.toLowerCase()];
    if (found === undefined) throw unsupported(node, `the activation ${name}`);
    const [parameters, of] = found;
    const alpha = parameters > 0 ? alphas.shift() : undefined;
    return of(alpha, parameters > 1 ? betas.shift() : undefined);
  });
  return all
    .slice(way * count, (way + 1) * count)
    .map((apply, which) =>
      which === 2 ? apply : (x) => apply(Math.min(bound, Math.max(-bound, x))),
    );
}
