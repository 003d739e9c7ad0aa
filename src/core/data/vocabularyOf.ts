import type { Network } from '../network/network.ts';

/** Operators that hand token ids on as they are. */
const handOn = new Set(['Cast', 'Identity', 'Reshape', 'Unsqueeze', 'Squeeze', 'Transpose']);

/** How many rows the embedding has that an input looks up; undefined where none follows it. */
export function vocabularyOf(network: Network, input: string): number | undefined {
  const names = new Set([input]);
  for (const { op, inputs, outputs } of network.nodes) {
    const [first = '', second = ''] = inputs;
    if (op === 'Gather' && names.has(second)) {
      const table = network.initializers.get(first);
      if (table?.shape.length === 2) return table.shape[0];
    }
    if (handOn.has(op) && names.has(first)) for (const output of outputs) names.add(output);
  }
  return undefined;
}
