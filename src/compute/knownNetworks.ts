import type { Network } from '../core/network/network.ts';

/** Graphs that are remembered: those of the sessions that are kept compiled, and some more. */
const kept = 8;

interface Known<Value> {
  /** Its weights without their values. */
  readonly network: Network;
  readonly weights: ReadonlySet<string>;
  readonly variant: string;
  readonly value: Value;
}

/**
 * What was made of a network's graph, for the next model of the architecture: to compare graphs is faster
 * by far than to make it again. Weights are inputs of what is made, so their values do not count.
 */
export class KnownNetworks<Value extends { readonly weights: readonly string[] }> {
  #known: readonly Known<Value>[] = [];

  /** @param variant - what else the value depends on. */
  get(network: Network, variant: string, make: () => Value): Value {
    const found = this.#known.find(
      (each) => each.variant === variant && sameGraph(each.network, network, each.weights),
    );
    const known = found ?? remembered(network, variant, make());
    this.#known = [known, ...this.#known.filter((each) => each !== found)].slice(0, kept);
    return known.value;
  }
}

function remembered<Value extends { readonly weights: readonly string[] }>(
  network: Network,
  variant: string,
  value: Value,
): Known<Value> {
  const weights = new Set(value.weights);
  const none = new Uint8Array(0);
  const initializers = [...network.initializers].map(
    ([name, tensor]) => [name, weights.has(name) ? { ...tensor, bytes: none } : tensor] as const,
  );
  return {
    network: { ...network, initializers: new Map(initializers) },
    weights,
    variant,
    value,
  };
}

/** Whether two networks differ in nothing but their name and the values of `weights`. */
function sameGraph(a: Network, b: Network, weights: ReadonlySet<string>): boolean {
  return (
    a.nodes.length === b.nodes.length &&
    same(a.opsets, b.opsets) &&
    same(a.inputs, b.inputs) &&
    same(a.outputs, b.outputs) &&
    sameInitializers(a, b, weights) &&
    same(a.nodes, b.nodes)
  );
}

function sameInitializers(
  { initializers: a }: Network,
  { initializers: b }: Network,
  weights: ReadonlySet<string>,
): boolean {
  if (a.size !== b.size) return false;
  for (const [name, { dtype, shape, bytes }] of a) {
    const other = b.get(name);
    if (other === undefined || dtype !== other.dtype || !same(shape, other.shape)) return false;
    if (!weights.has(name) && !sameBytes(bytes, other.bytes)) return false;
  }
  return true;
}

/** Plain data, attributes with tensors and graphs in them among it. */
function same(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (!isObject(a) || !isObject(b)) return false;
  if (Object.getPrototypeOf(a) !== Object.getPrototypeOf(b)) return false;
  if (a instanceof Uint8Array && b instanceof Uint8Array) return sameBytes(a, b);
  if (a instanceof Map && b instanceof Map) return same([...a], [...b]);
  const names = Object.keys(a);
  return (
    names.length === Object.keys(b).length &&
    names.every((name) => Object.hasOwn(b, name) && same(a[name], b[name]))
  );
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, at) => byte === b[at]);
}
