import { LineageError } from '../../core/lineageError.ts';
import type { OpNode } from '../../core/network/network.ts';
import type { GraphBuilder } from '../graphBuilder.ts';
import { gradientRuleOf } from './gradientRules.ts';

/**
 * Adds the backward pass: the gradient of a scalar loss by each of `wanted`, by reverse accumulation over
 * the nodes that are in the builder.
 *
 * @param seeds - value → its gradient, where the pass begins; for a loss `l` usually `l` → 1.
 * @returns wanted value → its gradient; one that the loss does not depend on is missing.
 * @throws LineageError `operator-not-differentiable` naming every operator on the gradient's way that has
 *   no gradient; `trainable` is then those of `wanted` that can be reached without passing one.
 */
export function gradients(
  b: GraphBuilder,
  seeds: ReadonlyMap<string, string>,
  wanted: ReadonlySet<string>,
): ReadonlyMap<string, string> {
  const forward = [...b.nodes];
  const active = dependents(forward, wanted);
  refuseUnknown(forward, seeds, wanted, active);
  const grads = new Map(seeds);
  for (const node of forward.toReversed()) {
    const outputs = node.outputs.map((name) => grads.get(name));
    const needs = node.inputs.map((name) => active.has(name));
    if (outputs.every((grad) => grad === undefined) || !needs.includes(true)) continue;
    const made = gradientRuleOf(node.op)?.({ b, node, grads: outputs, needs }) ?? [];
    for (const [index, name] of node.inputs.entries()) {
      const grad = made[index];
      if (grad === undefined || needs[index] !== true) continue;
      const there = grads.get(name);
      grads.set(name, there === undefined ? grad : b.op('Add', [there, grad]));
    }
  }
  return new Map([...wanted].flatMap((name) => entryOf(grads, name)));
}

function entryOf(grads: ReadonlyMap<string, string>, name: string): [string, string][] {
  const grad = grads.get(name);
  return grad === undefined ? [] : [[name, grad]];
}

/** The values that depend on one of `wanted`, and these. */
function dependents(nodes: readonly OpNode[], wanted: ReadonlySet<string>): Set<string> {
  const active = new Set(wanted);
  for (const node of nodes)
    if (node.inputs.some((name) => active.has(name)))
      for (const name of node.outputs) active.add(name);
  return active;
}

/** The values that the seeds depend on through `nodes`, not passing a node for which `stop` holds. */
function ancestors(
  nodes: readonly OpNode[],
  seeds: Iterable<string>,
  stop: (node: OpNode) => boolean,
): Set<string> {
  const reached = new Set(seeds);
  for (const node of nodes.toReversed())
    if (node.outputs.some((name) => reached.has(name)) && !stop(node))
      for (const name of node.inputs) reached.add(name);
  return reached;
}

function refuseUnknown(
  nodes: readonly OpNode[],
  seeds: ReadonlyMap<string, string>,
  wanted: ReadonlySet<string>,
  active: ReadonlySet<string>,
): void {
  const needed = ancestors(nodes, seeds.keys(), () => false);
  const unknown = (node: OpNode) => gradientRuleOf(node.op) === undefined;
  const missing = nodes.filter(
    (node) =>
      unknown(node) &&
      node.outputs.some((name) => needed.has(name)) &&
      node.inputs.some((name) => active.has(name)),
  );
  if (missing.length === 0) return;
  const reached = ancestors(nodes, seeds.keys(), unknown);
  throw new LineageError('operator-not-differentiable', {
    operators: missing.map((node) => ({
      op: node.op,
      node: node.name,
      why: 'it has no gradient here',
    })),
    trainable: [...wanted].filter((name) => reached.has(name)),
  });
}
