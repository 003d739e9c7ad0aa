import type { Network, OpNode } from '../../core/network/network.ts';
import { GraphBuilder } from '../graphBuilder.ts';
import { unsupported } from '../unsupported.ts';
import type { LoweringContext, LoweringOptions } from './lowering.ts';
import { loweringOf } from './lowerings.ts';
import { upgradeOpset } from './upgradeOpset.ts';
import { uniformValues } from './uniformValues.ts';

/** A network in a builder: every extent a number, every operator one that has kernel and gradient. */
export interface Lowered {
  readonly b: GraphBuilder;
  /** Initializers that stay inputs of the graph, in the network's order: weights. */
  readonly weights: readonly string[];
  /** The network's outputs as they are called in the builder. */
  readonly outputs: ReadonlyMap<string, string>;
  /** Initializer → value that it becomes after a step. */
  readonly updates: ReadonlyMap<string, string>;
  /** The i32 scalar input that random values are drawn from; absent where there are none. */
  readonly seedInput?: string;
}

/** The name of the i32 scalar input that is another in each step. */
export const seedInput = 'random_seed';

/**
 * Copies a network into a builder with its symbolic extents bound, its fused and stateful operators
 * rewritten, and the initializers of `weights` as inputs instead of constants.
 *
 * The network may be of any operator set that `upgradeOpset` reads.
 *
 * @param extents - value of each symbolic extent; `'?'` and names that are missing are the batch.
 * @param batch - examples of one run.
 * @throws LineageError `network-unsupported`.
 */
export function lower(
  original: Network,
  weights: ReadonlySet<string>,
  batch: number,
  options: LoweringOptions,
  extents: Readonly<Record<string, number>> = {},
): Lowered {
  const network = upgradeOpset(original);
  const b = new GraphBuilder(network.opsets[''] ?? 17);
  const renamed = new Map<string, string>();
  const updates = new Map<string, string>();
  let random = 0;
  declare(b, network, weights, (extent) => extents[extent] ?? batch);
  const context = {
    b,
    options,
    update: (name: string, value: string) => void updates.set(name, value),
    uniform: (shape: readonly number[]) => {
      if (!b.has(seedInput)) b.input(seedInput, 'i32', []);
      return uniformValues(b, seedInput, shape, random++);
    },
  };
  lowerNodes(network.nodes, renamed, context);
  return {
    b,
    weights: [...network.initializers.keys()].filter((name) => weights.has(name)),
    outputs: new Map(network.outputs.map(({ name }) => [name, renamed.get(name) ?? name])),
    updates,
    ...(random > 0 ? { seedInput } : {}),
  };
}

/** Declares what a network's nodes begin with: inputs, weights and constants. */
function declare(
  b: GraphBuilder,
  network: Network,
  weights: ReadonlySet<string>,
  bound: (extent: string) => number,
): void {
  for (const { name, dtype, shape } of network.inputs)
    b.input(
      name,
      dtype,
      shape.map((extent) => (typeof extent === 'number' ? extent : bound(extent))),
    );
  for (const [name, tensor] of network.initializers)
    if (weights.has(name)) b.input(name, tensor.dtype, tensor.shape);
    else b.constant(tensor, name);
}

type RunContext = Omit<LoweringContext, 'node' | 'inline'>;

/**
 * Adds nodes, rewritten where there is a lowering.
 *
 * @param scope - what values are called in the builder, where that is not their own name; added to.
 */
function lowerNodes(
  nodes: readonly OpNode[],
  scope: Map<string, string>,
  context: RunContext,
  renames = false,
): void {
  const inline: LoweringContext['inline'] = (body, feeds) => {
    const inner = new Map([...scope, ...feeds]);
    for (const [name, tensor] of body.initializers) inner.set(name, context.b.constant(tensor));
    lowerNodes(body.nodes, inner, context, true);
    return body.outputs.map(({ name }) => inner.get(name) ?? name);
  };
  for (const each of nodes) {
    const node = { ...each, inputs: each.inputs.map((name) => scope.get(name) ?? name) };
    refuseUnmade(node, context.b);
    const lowered = loweringOf(node.op)?.({ ...context, inline, node });
    const outputs = lowered ?? addAsIs(context.b, node, renames);
    for (const [index, name] of each.outputs.entries()) {
      const made = outputs[index];
      if (name !== '' && made !== undefined) scope.set(name, made);
    }
  }
}

/** Keeps a node, under other names where it must or where one of its outputs' names is taken. */
function addAsIs(b: GraphBuilder, node: OpNode, renames: boolean): readonly string[] {
  if (!renames && !node.outputs.some((name) => b.has(name))) {
    b.add(node);
    return node.outputs;
  }
  const used = node.outputs.findLastIndex((name) => name !== '') + 1;
  return b.ops(node.op, node.inputs, node.attributes, used);
}

function refuseUnmade(node: OpNode, b: GraphBuilder): void {
  for (const name of node.inputs)
    if (name !== '' && !b.has(name))
      throw unsupported(node, `its input ${name} is made by no node before it`);
}
