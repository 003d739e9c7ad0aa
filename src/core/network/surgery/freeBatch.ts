import { tensorOf } from '../attributes.ts';
import { ints, numbersOf } from '../literal.ts';
import type { Literal, Network, OpNode, ValueInfo } from '../network.ts';

/** How the freed extent is called. */
const batch = 'batch';

/**
 * A network that was exported for one example at a time, made to take any number: the first extent of its
 * inputs and outputs becomes symbolic, and shapes written into it that begin with 1 take what comes.
 * Weights, names and all else stay; a network whose inputs do not all begin with 1 is given back as it is.
 *
 * That every value really has its examples first is not known here: shape inference refuses a network
 * where it is not so when it is trained.
 */
export function freeBatch(network: Network): Network {
  const { inputs, outputs, nodes } = network;
  if (inputs.length === 0 || inputs.some(({ shape }) => shape[0] !== 1)) return network;
  const constants = constantsOf(network);
  const active = new Set(inputs.map(({ name }) => name));
  const initializers = new Map(network.initializers);
  const changed = nodes.map((node) => {
    if (!node.inputs.some((name) => active.has(name))) return node;
    for (const name of node.outputs) active.add(name);
    return node.op === 'Reshape' ? freeReshape(node, constants, active, initializers) : node;
  });
  return {
    ...network,
    inputs: inputs.map(freed),
    outputs: outputs.map((output) => (output.shape[0] === 1 ? freed(output) : output)),
    initializers,
    nodes: changed,
  };
}

const freed = (value: ValueInfo): ValueInfo => ({
  ...value,
  shape: [batch, ...value.shape.slice(1)],
});

function constantsOf({ initializers, nodes }: Network): Map<string, Literal> {
  const constants = new Map(initializers);
  for (const node of nodes) {
    const value = node.op === 'Constant' ? tensorOf(node, 'value') : undefined;
    const [output] = node.outputs;
    if (value !== undefined && output !== undefined) constants.set(output, value);
  }
  return constants;
}

/** A Reshape to `[1, …]`: to `[-1, …]`, or where −1 is taken to `[0, …]`, which keeps the first extent. */
function freeReshape(
  node: OpNode,
  constants: ReadonlyMap<string, Literal>,
  active: ReadonlySet<string>,
  initializers: Map<string, Literal>,
): OpNode {
  const [data, shape] = node.inputs;
  const target = constants.get(shape ?? '');
  if (data === undefined || !active.has(data) || target === undefined) return node;
  const extents = [...numbersOf(target)];
  if (extents[0] !== 1 || extents.length < 2) return node;
  const [, ...others] = extents;
  const name = `${node.outputs[0] ?? ''}__free_shape`;
  initializers.set(name, ints([others.includes(-1) ? 0 : -1, ...others]));
  return { ...node, inputs: [data, name] };
}
