import type { Attribute, Network, OpNode } from '../network.ts';

/** The network with other values read in place of some, in subgraphs too. @param to - by old name. */
export function redirect(network: Network, to: ReadonlyMap<string, string>): Network {
  return { ...network, nodes: network.nodes.map((node) => redirectNode(node, to)) };
}

function redirectNode(node: OpNode, to: ReadonlyMap<string, string>): OpNode {
  const attributes = Object.fromEntries(
    Object.entries(node.attributes).map(([name, attribute]) => [name, inside(attribute, to)]),
  );
  return { ...node, inputs: node.inputs.map((name) => to.get(name) ?? name), attributes };
}

function inside(attribute: Attribute, to: ReadonlyMap<string, string>): Attribute {
  return attribute.is === 'graph'
    ? { is: 'graph', value: redirect(attribute.value, to) }
    : attribute;
}

/** A name that no value of the network has: `wanted`, or with a number after it. */
export function freeName(network: Network, wanted: string): string {
  const taken = new Set([
    ...network.initializers.keys(),
    ...network.inputs.map(({ name }) => name),
    ...network.nodes.flatMap(({ outputs }) => outputs),
  ]);
  let name = wanted;
  for (let count = 2; taken.has(name); count++) name = `${wanted}_${count}`;
  return name;
}
