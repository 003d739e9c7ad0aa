import type { Network } from './network.ts';

/** A sigmoid that makes an output. */
export interface FoundSigmoid {
  /** What goes into it: logits. */
  readonly input: string;
  /** Whether only the shape changes between it and the output: the output's numbers are probabilities. */
  readonly direct: boolean;
}

/** Operators that keep all numbers in their order. */
const shaping = new Set(['Identity', 'Squeeze', 'Unsqueeze', 'Flatten', 'Reshape']);

/** Operators after which a probability still is one, though another. */
const mixing = new Set([
  'ReduceMean', 'ReduceMax', 'ReduceMin', 'GlobalAveragePool', 'GlobalMaxPool', 'AveragePool', 'MaxPool',
  'Slice', 'Gather', 'Transpose', 'Clip',
]); // prettier-ignore

/** The sigmoid that an output comes from; undefined where it is not made by one. */
export function sigmoidBehind(network: Network, output: string): FoundSigmoid | undefined {
  const makers = new Map(network.nodes.flatMap((node) => node.outputs.map((name) => [name, node])));
  let direct = true;
  for (let node = makers.get(output); node !== undefined;) {
    const [first = ''] = node.inputs;
    if (node.op === 'Sigmoid') return { input: first, direct };
    if (mixing.has(node.op)) direct = false;
    else if (!shaping.has(node.op)) return undefined;
    node = makers.get(first);
  }
  return undefined;
}
