import { tensorOf } from '../../core/network/attributes.ts';
import { ints, literal, numbersOf, scalar } from '../../core/network/literal.ts';
import type { Attribute, Literal, Network, OpNode } from '../../core/network/network.ts';
import { LineageError } from '../../core/lineageError.ts';
import { newerForms } from './newerForms.ts';
import type { FormContext } from './nodeEdits.ts';
import { olderForms } from './olderForms.ts';

/** The operator set that networks are rewritten to. */
export const commonOpset = 17;

const oldest = 7;

/**
 * A network of operator set 7 or later in the forms of operator set 17: attributes that became inputs
 * (and the other way), renamed operators, changed defaults. Operators without a rule here stay.
 *
 * @throws LineageError `network-unsupported` below operator set 7.
 */
export function upgradeOpset(network: Network): Network {
  const version = network.opsets[''] ?? commonOpset;
  if (version === commonOpset) return network;
  if (version < oldest)
    throw new LineageError('network-unsupported', {
      node: network.name === '' ? 'network' : network.name,
      reason: `it is written for operator set ${version}; ${oldest} is the oldest that is read here`,
    });
  const names = new Set<string>();
  collectNames(network, names);
  return rewritten(network, version, names, () => undefined);
}

function collectNames(network: Network, names: Set<string>): void {
  for (const { name } of network.inputs) names.add(name);
  for (const name of network.initializers.keys()) names.add(name);
  for (const node of network.nodes) {
    for (const name of node.outputs) names.add(name);
    for (const value of Object.values(node.attributes))
      if (value.is === 'graph') collectNames(value.value, names);
  }
}

type Lookup = (name: string) => Literal | undefined;

function rewritten(network: Network, version: number, names: Set<string>, outer: Lookup): Network {
  const initializers = new Map(network.initializers);
  const constants = new Map(initializers);
  const find: Lookup = (name) => constants.get(name) ?? outer(name);
  const fresh = () => {
    let name = '';
    for (let at = names.size; name === '' || names.has(name); at++) name = `opset17_${at}`;
    names.add(name);
    return name;
  };
  const add = (tensor: Literal) => {
    const name = fresh();
    initializers.set(name, tensor);
    constants.set(name, tensor);
    return name;
  };
  const forms = version < commonOpset ? olderForms : newerForms;
  const nodes = network.nodes.flatMap((each): readonly OpNode[] => {
    const node = withBodies(each, version, names, find);
    const value = node.op === 'Constant' ? tensorOf(node, 'value') : undefined;
    if (value !== undefined) constants.set(node.outputs[0] ?? '', value);
    const form = Object.hasOwn(forms, node.op) ? forms[node.op] : undefined;
    const context: FormContext = {
      version,
      node,
      ints: (numbers) => add(ints(numbers)),
      floats: (numbers) => add(literal('f32', [numbers.length], numbers)),
      number: (number) => add(scalar('f32', number)),
      fresh,
      numbersOf: (name) => {
        const tensor = find(name);
        return tensor === undefined ? undefined : Array.from(numbersOf(tensor));
      },
    };
    return form?.(context) ?? [node];
  });
  return { ...network, opsets: { ...network.opsets, '': commonOpset }, initializers, nodes };
}

/** The node with the graphs inside of it rewritten too. */
function withBodies(node: OpNode, version: number, names: Set<string>, outer: Lookup): OpNode {
  const entries = Object.entries(node.attributes);
  if (!entries.some(([, value]) => value.is === 'graph')) return node;
  const attributes = entries.map(([name, value]): [string, Attribute] => [
    name,
    value.is === 'graph'
      ? { is: 'graph', value: rewritten(value.value, version, names, outer) }
      : value,
  ]);
  return { ...node, attributes: Object.fromEntries(attributes) };
}
