import { literal } from '../literal.ts';
import { LineageError } from '../../lineageError.ts';
import { fanInStart, startValues } from '../../models/startValues.ts';
import type { Extent, Literal, Network, OpNode } from '../network.ts';
import { matrixUses, type MatrixUse } from './weightUses.ts';

/** The layer that makes an output, and how many units it has. */
export interface FoundHead extends MatrixUse {
  readonly units: number;
  /** The layer's bias: its own, or that of an Add behind it. */
  readonly bias?: string;
  /** The layer's node and those behind it up to the output, in the order of computation. */
  readonly chain: readonly OpNode[];
}

/** Operators behind a head that take any number of units. */
const passing = new Set([
  'Softmax', 'LogSoftmax', 'Sigmoid', 'Identity', 'Flatten', 'Cast', 'Squeeze', 'Dropout', 'Tanh',
  'Relu', 'GlobalAveragePool', 'ReduceMean',
]); // prettier-ignore

/** The linear layer or convolution that an output comes from; undefined where there is none we know. */
export function headOf(network: Network, output: string): FoundHead | undefined {
  const makers = new Map(network.nodes.flatMap((node) => node.outputs.map((name) => [name, node])));
  const uses = new Map(matrixUses(network).map((use) => [use.node, use]));
  let bias: string | undefined;
  let node = makers.get(output);
  const chain: OpNode[] = [];
  while (node !== undefined) {
    chain.unshift(node);
    const use = uses.get(node);
    if (use !== undefined) return foundHead(network, use, bias, chain);
    const before = stepBack(network, node);
    if (before === undefined || (bias !== undefined && before.bias !== undefined)) return undefined;
    bias ??= before.bias;
    node = makers.get(before.value);
  }
  return undefined;
}

function foundHead(
  network: Network,
  use: MatrixUse,
  added: string | undefined,
  chain: readonly OpNode[],
): FoundHead {
  const units = network.initializers.get(use.weight)?.shape[use.outputAxis] ?? 0;
  const bias = added ?? use.node.inputs[2];
  return { ...use, units, chain, ...(bias === undefined || bias === '' ? {} : { bias }) };
}

/** The value behind a node that passes units on, and the bias it adds. */
function stepBack(network: Network, node: OpNode) {
  const [first = '', second = ''] = node.inputs;
  if (passing.has(node.op)) return { value: first, bias: undefined };
  if (node.op !== 'Add') return undefined;
  if (isBias(network, second)) return { value: first, bias: second };
  return isBias(network, first) ? { value: second, bias: first } : undefined;
}

function isBias(network: Network, name: string): boolean {
  const shape = network.initializers.get(name)?.shape;
  return shape !== undefined && shape.filter((extent) => extent > 1).length <= 1;
}

/** A network with a new head, and the names of its tensors. */
export interface NewHead {
  readonly network: Network;
  readonly tensors: readonly string[];
}

/**
 * The network with a fresh last layer of `units` units at `output`: weights drawn as PyTorch does, bias
 * too. The tensors keep their names and get other shapes.
 *
 * What is behind the layer is made to fit: a sigmoid of one unit becomes a softmax of the classes, and
 * numbers get no activation, which would keep them from their range.
 *
 * @param gives - what the units are.
 * @throws LineageError `network-unsupported` where the output is not made by a layer that can be replaced.
 */
export function replaceHead(
  network: Network,
  output: string,
  units: number,
  seed: number,
  gives: 'classes' | 'numbers' = 'classes',
): NewHead {
  const refused = (reason: string): LineageError =>
    new LineageError('network-unsupported', { node: output, reason });
  const head = headOf(network, output);
  if (head === undefined)
    throw refused('it does not come from a linear layer or a convolution that could be replaced');
  const { weight, bias, outputAxis } = head;
  const users = network.nodes.filter((node) => node.inputs.includes(weight));
  if (users.length > 1) throw refused('its weight is used in other places too');
  const old = network.initializers.get(weight) as Literal;
  if (old.dtype !== 'f32')
    throw refused(`its weight is ${old.dtype}, and only f32 can be drawn anew`);
  const shape = old.shape.map((extent, axis) => (axis === outputAxis ? units : extent));
  const fanIn =
    old.shape.reduce((product, extent) => product * extent, 1) / Math.max(1, head.units);
  const start = fanInStart(fanIn);
  const initializers = new Map(network.initializers);
  initializers.set(weight, literal('f32', shape, startValues(shape, start, seed, 0)));
  const tensors = [weight];
  if (bias !== undefined) {
    const former = network.initializers.get(bias);
    const extents = biasShape(former?.shape ?? [units], units);
    initializers.set(bias, literal('f32', extents, startValues(extents, start, seed, 1)));
    tensors.push(bias);
  }
  const resize = (extent: Extent): Extent => (extent === head.units ? units : extent);
  const outputs = network.outputs.map((value) =>
    value.name === output
      ? { ...value, shape: [...value.shape.slice(0, 1), ...value.shape.slice(1).map(resize)] }
      : value,
  );
  return {
    network: {
      ...network,
      nodes: fitActivations(network, head.chain, gives),
      initializers,
      outputs,
    },
    tensors,
  };
}

const activations = new Set(['Softmax', 'LogSoftmax', 'Sigmoid', 'Tanh', 'Relu']);

function fitActivations(
  { nodes }: Network,
  chain: readonly OpNode[],
  gives: 'classes' | 'numbers',
): readonly OpNode[] {
  return nodes.map((node) => {
    if (!chain.includes(node) || !activations.has(node.op)) return node;
    if (gives === 'numbers') return { ...node, op: 'Identity', attributes: {} };
    if (node.op === 'Softmax' || node.op === 'LogSoftmax') return node;
    // The default axis is that of the classes in every version, for outputs [batch, classes].
    return { ...node, op: node.op === 'Sigmoid' ? 'Softmax' : 'Identity', attributes: {} };
  });
}

/** A bias keeps its axes: the one that counted the units counts the new ones. */
function biasShape(shape: readonly number[], units: number): readonly number[] {
  if (shape.length === 0) return [units];
  const axis = shape.findIndex((extent) => extent > 1);
  return shape.map((extent, index) =>
    index === (axis < 0 ? shape.length - 1 : axis) ? units : extent,
  );
}
