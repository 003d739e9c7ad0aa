import type { Attribute, Network } from '../../core/network/network.ts';

/**
 * How a network computes, as a text without names and weights: equal for the same operators with the same
 * attributes wired in the same order.
 */
export function programOf(network: Network): string {
  const numbers = new Map<string, number>();
  const numberOf = (value: string): number => {
    if (value === '') return -1;
    const known = numbers.get(value) ?? numbers.size;
    numbers.set(value, known);
    return known;
  };
  const inputs = network.inputs.map(({ name }) => numberOf(name));
  const nodes = network.nodes.map(({ op, attributes, inputs: from, outputs }) => [
    op,
    Object.entries(attributes)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, attribute]) => [name, attributeText(attribute)]),
    from.map(numberOf),
    outputs.map(numberOf),
  ]);
  return JSON.stringify([inputs, nodes, network.outputs.map(({ name }) => numberOf(name))]);
}

/** A tensor's values are left out where they may be weights: these are compared as tensors. */
function attributeText(attribute: Attribute): unknown {
  if (attribute.is === 'graph') return programOf(attribute.value);
  if (attribute.is !== 'tensor') return attribute.value;
  const { dtype, shape, bytes } = attribute.value;
  // Small ones are shapes, axes and scalars, which belong to the computation.
  return [dtype, shape, bytes.length <= 64 ? [...bytes] : []];
}
