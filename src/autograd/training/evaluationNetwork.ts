import { toBase64 } from '../../core/base64.ts';
import { canonicalText } from '../../core/canonical.ts';
import type { Attribute, Literal, Network, OpNode } from '../../core/network/network.ts';
import { lower } from '../lower/lower.ts';
import { networkWeights } from '../../core/network/trainableWeights.ts';

/** An inference network whose weights are inputs, and which. */
export interface EvaluationNetwork {
  readonly network: Network;
  /** Initializers of the original that are inputs now, under their names. */
  readonly weights: readonly string[];
}

/**
 * A network with its weights and running statistics as inputs, otherwise as it is: one compiled session
 * serves every model of an architecture. Inputs keep their symbolic extents.
 */
export function weightsAsInputs(network: Network): EvaluationNetwork {
  const weights = weightNames(network);
  const moved = new Set(weights);
  return {
    weights,
    network: {
      ...network,
      inputs: [
        ...network.inputs,
        ...weights.flatMap((name) => {
          const tensor = network.initializers.get(name);
          return tensor ? [{ name, dtype: tensor.dtype, shape: tensor.shape }] : [];
        }),
      ],
      initializers: new Map([...network.initializers].filter(([name]) => !moved.has(name))),
    },
  };
}

/**
 * The same for a fixed number of examples, lowered: only operators that every backend runs, dropout left
 * out, statistics frozen. The outputs keep their names' order in `outputs`, not always their names.
 *
 * @throws LineageError `network-unsupported`.
 */
export function evaluationNetwork(
  network: Network,
  batch: number,
  extents?: Readonly<Record<string, number>>,
): EvaluationNetwork & { readonly outputs: ReadonlyMap<string, string> } {
  const names = new Set(weightNames(network));
  const { b, weights, outputs } = lower(
    network,
    names,
    batch,
    { mode: 'evaluate', batchNorm: 'frozen', dropout: 'off' },
    extents,
  );
  const inputs = [...network.inputs.map(({ name }) => name), ...weights].map((name) => {
    return { name, dtype: b.dtype(name), shape: b.shape(name) };
  });
  return { weights, outputs, network: b.build(network.name, inputs, [...outputs.values()]) };
}

/**
 * A text that is equal for models that one session can serve: everything but the values of weights and
 * the names of nodes and of values inside. Its hash is the key of the session.
 */
export function architectureKey(network: Network): string {
  const { network: open } = weightsAsInputs(network);
  return canonicalText(described(open, new Map()));
}

function weightNames(network: Network): readonly string[] {
  const { layers, statistics } = networkWeights(network);
  const found = new Set([
    ...statistics,
    ...layers.flatMap(({ weights }) => weights.map(({ name }) => name)),
  ]);
  return [...network.initializers.keys()].filter((name) => found.has(name));
}

type Names = ReadonlyMap<string, string>;

function described(network: Network, around: Names): unknown {
  const names = new Map(around);
  for (const { name } of network.inputs) names.set(name, `in ${name}`);
  for (const name of network.initializers.keys()) names.set(name, `constant ${names.size}`);
  const nodes = network.nodes.map((node) => {
    const inputs = node.inputs.map((name) => names.get(name) ?? name);
    for (const name of node.outputs) if (name !== '') names.set(name, `value ${names.size}`);
    return [
      node.op,
      inputs,
      node.outputs.map((name) => names.get(name) ?? ''),
      attributes(node, names),
    ];
  });
  return {
    opsets: network.opsets,
    inputs: network.inputs.map(({ name, dtype, shape }) => [name, dtype, shape]),
    outputs: network.outputs.map(({ name, dtype, shape }) => [
      name,
      names.get(name) ?? '',
      dtype,
      shape,
    ]),
    constants: [...network.initializers].map(([name, each]) => [
      names.get(name) ?? '',
      tensor(each),
    ]),
    nodes,
  };
}

function attributes(node: OpNode, names: Names): unknown {
  return Object.fromEntries(
    Object.entries(node.attributes).map(([name, each]) => [name, attributeOf(each, names)]),
  );
}

function attributeOf(each: Attribute, names: Names): unknown {
  if (each.is === 'graph') return described(each.value, names);
  if (each.is === 'tensor') return tensor(each.value);
  const { is, value } = each;
  // Text, as JSON has no infinity: a Clip may have one.
  return [is, Array.isArray(value) ? value.map(String) : String(value)];
}

function tensor({ dtype, shape, bytes }: Literal): unknown {
  return [dtype, shape, toBase64(bytes)];
}
