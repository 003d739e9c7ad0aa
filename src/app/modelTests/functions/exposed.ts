import type { Network } from '../../../core/network/network.ts';
import type { Predictions } from '../../../core/ports/compute.ts';

/** The network with everything that its nodes make among its outputs. */
export function exposed(network: Network): Network {
  const known = new Set(network.outputs.map(({ name }) => name));
  const inner = network.nodes
    .flatMap(({ outputs }) => outputs)
    .filter((name) => name !== '' && !known.has(name));
  return {
    ...network,
    outputs: [
      ...network.outputs,
      ...inner.map((name) => ({ name, dtype: 'f32', shape: [], unknown: 'type' }) as const),
    ],
  };
}

/**
 * Most bytes of values that are needed at once when the nodes run in order, each value freed after its
 * last use: a lower bound of what any runtime takes for this batch, without its weights.
 *
 * @param values - what every node makes.
 */
export function peakBytes(network: Network, values: Predictions): number {
  const lastUse = new Map<string, number>();
  for (const [at, { inputs }] of network.nodes.entries())
    for (const name of inputs) lastUse.set(name, at);
  for (const { name } of network.outputs) lastUse.set(name, Infinity);
  const sizeOf = (name: string): number => values.get(name)?.bytes.length ?? 0;
  let [live, peak] = [0, 0];
  for (const [at, { inputs, outputs }] of network.nodes.entries()) {
    for (const name of outputs) live += sizeOf(name);
    peak = Math.max(peak, live);
    for (const name of new Set(inputs)) if (lastUse.get(name) === at) live -= sizeOf(name);
    for (const name of outputs) if (!lastUse.has(name)) live -= sizeOf(name);
  }
  return peak;
}
