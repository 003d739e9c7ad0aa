import { LineageError } from '../../lineageError.ts';
import type { Network, OpNode } from '../network.ts';
import { headOf, replaceHead, type NewHead } from './replaceHead.ts';

/** One of several heads on a shared trunk. */
export interface TaskHead {
  /** Its output in the joint network. */
  readonly output: string;
  /** The network with this head alone, as it begins. */
  readonly member: NewHead;
  /** Names in the joint network of the head's tensors, by their names in the member. */
  readonly joint: ReadonlyMap<string, string>;
}

export interface TaskUnits {
  readonly units: number;
  readonly gives: 'classes' | 'numbers';
}

export interface MultiHead {
  /** The trunk once, with all heads; its outputs are theirs, in order. */
  readonly network: Network;
  readonly heads: readonly TaskHead[];
}

/**
 * A network with several fresh heads at one output, for tasks that are trained together.
 *
 * @param tasks - what each head gives.
 * @throws LineageError `network-unsupported` where the output's layer cannot be replaced.
 */
export function multiHead(
  network: Network,
  output: string,
  tasks: readonly TaskUnits[],
  seed: number,
): MultiHead {
  const info = network.outputs.find(({ name }) => name === output);
  if (info === undefined || headOf(network, output) === undefined)
    throw new LineageError('network-unsupported', {
      node: output,
      reason: 'it does not come from a linear layer or a convolution that could be replaced',
    });
  const initializers = new Map(network.initializers);
  const nodes = [...network.nodes];
  const heads = tasks.map(({ units, gives }, task): TaskHead => {
    const member = replaceHead(network, output, units, seed + task, gives);
    const chain = headOf(member.network, output)?.chain ?? [];
    const prefix = `task_${task + 1}/`;
    const joint = new Map(member.tensors.map((name) => [name, prefix + name]));
    for (const [name, own] of joint) {
      const value = member.network.initializers.get(name);
      if (value !== undefined) initializers.set(own, value);
    }
    nodes.push(...chain.map((node) => copied(node, chain, joint, prefix)));
    return { output: prefix + output, member, joint };
  });
  const outputs = heads.map(({ output: name, member }) => {
    const own = member.network.outputs.find((each) => each.name === output);
    return { ...(own ?? info), name };
  });
  return { network: withoutUnused({ ...network, initializers, nodes, outputs }), heads };
}

/** A node of a head with its own weights and values. */
function copied(
  node: OpNode,
  chain: readonly OpNode[],
  joint: ReadonlyMap<string, string>,
  prefix: string,
): OpNode {
  const made = new Set(chain.flatMap(({ outputs }) => outputs));
  const rename = (name: string): string =>
    joint.get(name) ?? (name !== '' && made.has(name) ? prefix + name : name);
  const name = node.name === '' ? '' : prefix + node.name;
  return { ...node, name, inputs: node.inputs.map(rename), outputs: node.outputs.map(rename) };
}

/** The network without nodes and initializers that no output needs. */
export function withoutUnused(network: Network): Network {
  const needed = new Set(network.outputs.map(({ name }) => name));
  const kept: OpNode[] = [];
  for (const node of network.nodes.toReversed()) {
    if (!node.outputs.some((name) => needed.has(name))) continue;
    kept.unshift(node);
    for (const name of namesRead(node)) needed.add(name);
  }
  const initializers = new Map([...network.initializers].filter(([name]) => needed.has(name)));
  return { ...network, nodes: kept, initializers };
}

function namesRead(node: OpNode): readonly string[] {
  const inner = Object.values(node.attributes).flatMap((attribute) =>
    attribute.is === 'graph'
      ? [
          ...attribute.value.nodes.flatMap(namesRead),
          ...attribute.value.outputs.map(({ name }) => name),
        ]
      : [],
  );
  return [...node.inputs, ...inner];
}
