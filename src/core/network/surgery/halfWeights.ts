import { numbersOf } from '../literal.ts';
import { encodeNumbers } from '../encodeNumbers.ts';
import { attribute } from '../attributes.ts';
import type { Literal, Network, OpNode } from '../network.ts';
import { networkWeights } from '../trainableWeights.ts';
import { freeName, redirect } from './redirect.ts';

export interface Halved {
  readonly network: Network;
  /** Names of the weights that are now half. */
  readonly halved: readonly string[];
  /** Numbers too large for half precision, by weight: those weights are left as they are. */
  readonly tooLarge: ReadonlyMap<string, number>;
}

/**
 * A network whose f32 weights are stored as f16, each under its own name, and cast to f32 where they are
 * used: half the size, and computed as before by every runtime.
 */
export function halfWeights(network: Network): Halved {
  const { layers, statistics } = networkWeights(network);
  const weights = [
    ...layers.flatMap((layer) => layer.weights.map(({ name }) => name)),
    ...statistics,
  ];
  const initializers = new Map(network.initializers);
  const casts: OpNode[] = [];
  const to = new Map<string, string>();
  const tooLarge = new Map<string, number>();
  const outputs = new Set(network.outputs.map(({ name }) => name));
  for (const name of weights) {
    const weight = initializers.get(name);
    if (weight?.dtype !== 'f32' || outputs.has(name)) continue;
    const { half, overflown } = halfOf(weight);
    if (overflown > 0) {
      tooLarge.set(name, overflown);
      continue;
    }
    const cast = freeName(network, `${name}_f32`);
    initializers.set(name, half);
    casts.push(castNode(name, cast));
    to.set(name, cast);
  }
  const rest = redirect(network, to);
  return {
    network: { ...rest, initializers, nodes: [...casts, ...rest.nodes] },
    halved: [...to.keys()],
    tooLarge,
  };
}

/** A tensor in half precision, and how many of its finite numbers are infinite there. */
export function halfOf(weight: Literal): { readonly half: Literal; readonly overflown: number } {
  const numbers = numbersOf(weight);
  const half = encodeNumbers('f16', weight.shape, numbers);
  const overflown = numbers.reduce(
    (count, value) => count + (Number.isFinite(value) && Math.abs(value) >= 65_520 ? 1 : 0),
    0,
  );
  return { half, overflown };
}

function castNode(from: string, to: string): OpNode {
  const name = `${from}/to_f32`;
  return { op: 'Cast', name, inputs: [from], outputs: [to], attributes: { to: attribute(1) } };
}
