import type { Edge } from '../lineage/graph.ts';
import { minimumArborescence, type WeightedEdge } from './arborescence.ts';
import type { Kinship } from './compareModels.ts';
import type { Direction } from './direction.ts';
import { namedAfter } from './names.ts';
import type { ConstructionNode } from './node.ts';
import { relationOf } from './relation.ts';

/** Two related models; `kinship` and `direction` are of `a` to `b`. */
export interface RelatedPair {
  readonly a: number;
  readonly b: number;
  readonly kinship: Kinship;
  /** The same comparison seen from `b`. */
  readonly reversed: Kinship;
  readonly direction: Direction;
}

/** Cost of having no parent: above any chain of costs a parent may have. */
const rootCost = 10;
/** Cost of going against a certain direction. */
const againstDirection = 2;
/** Cost of each operation between parent and child: the parent that needs fewest explains best. */
const operationCost = 0.02;
/** Below this distance two models hold the same weights. */
const sameWeights = 0.01;
/** Cost of an export taken from another export, where their checkpoint is there. */
const exportOfExport = 0.5;

/**
 * Chooses at most one parent for each node: a minimum arborescence over the related pairs, whose
 * costs are the distance, and more against the direction. Nodes with `fixed` keep the parents they
 * have. The result does not depend on the order of insertion as long as `nodes` are in an order of
 * their own.
 */
export function provenanceEdges(
  nodes: readonly ConstructionNode[],
  fixed: ReadonlySet<number>,
  pairs: readonly RelatedPair[],
): Edge[] {
  const arcs = directedArcs(nodes, fixed, pairs);
  const root = nodes.length;
  const edges: WeightedEdge[] = [...arcs];
  // Of nodes that could all be the root the first in order is.
  for (let v = 0; v < nodes.length; v++) {
    edges.push({ from: root, to: v, weight: rootCost + v * 1e-6 });
  }
  const entering = minimumArborescence(nodes.length + 1, root, edges) ?? [];
  return entering.flatMap((index, child) => {
    const arc = index === undefined ? undefined : arcs[index];
    return arc ? [edgeOf(nodes, arc, bestOther(arcs, arc, child))] : [];
  });
}

interface Arc extends WeightedEdge {
  readonly pair: RelatedPair;
  readonly kinship: Kinship;
  /** That `from` came before `to`. */
  readonly certainty: number;
}

function directedArcs(
  nodes: readonly ConstructionNode[],
  fixed: ReadonlySet<number>,
  pairs: readonly RelatedPair[],
): Arc[] {
  const exported = exportedNodes(nodes, pairs);
  return pairs.flatMap((pair) =>
    [true, false].flatMap((forward) => {
      const arc = arcOf(nodes, pair, forward, exported);
      return arc === undefined || fixed.has(arc.to) ? [] : [arc];
    }),
  );
}

function arcOf(
  nodes: readonly ConstructionNode[],
  pair: RelatedPair,
  forward: boolean,
  exported: ReadonlySet<number>,
): Arc | undefined {
  const [from, to] = forward ? [pair.a, pair.b] : [pair.b, pair.a];
  const certainty = forward ? pair.direction.confidence : 1 - pair.direction.confidence;
  const kinship = forward ? pair.kinship : pair.reversed;
  const [parent, child] = [nodes[from], nodes[to]];
  if (parent === undefined || child === undefined) return undefined;
  const secondHand =
    kinship.distance < sameWeights &&
    parent.print.format === 'onnx' &&
    exported.has(to) &&
    !namedAfter(child.name, parent.name);
  const against = againstDirection * Math.max(0, 1 - 2 * certainty) + 0.02 * (1 - certainty);
  const steps = operationCost * operations(parent, child, kinship);
  const weight = kinship.distance + against + steps + (secondHand ? exportOfExport : 0);
  return { from, to, weight, pair, kinship, certainty };
}

/** Operations that must lie between two models: another format, another precision, a rescaling. */
function operations(parent: ConstructionNode, child: ConstructionNode, kinship: Kinship): number {
  const rounded = kinship.matches.some(({ a, b, is }) => {
    const [before, after] = [parent.print.tensors[a]?.dtype, child.print.tensors[b]?.dtype];
    return is !== 'unlike' && before !== after;
  });
  const converted = parent.print.format !== child.print.format;
  return (rounded ? 1 : 0) + (converted ? 1 : 0);
}

/** ONNX models whose weights are those of a checkpoint that is there too. */
function exportedNodes(
  nodes: readonly ConstructionNode[],
  pairs: readonly RelatedPair[],
): Set<number> {
  const exported = new Set<number>();
  for (const { a, b, kinship } of pairs) {
    const formats = [nodes[a]?.print.format, nodes[b]?.print.format];
    if (kinship.rule !== 'copied-weights' || kinship.similarity < 0.95) continue;
    if (formats[0] !== 'onnx' && formats[1] === 'onnx') exported.add(b);
    if (formats[1] !== 'onnx' && formats[0] === 'onnx') exported.add(a);
  }
  return exported;
}

function bestOther(arcs: readonly Arc[], chosen: Arc, child: number): Arc | undefined {
  let best: Arc | undefined;
  for (const arc of arcs) {
    if (arc.to !== child || arc.from === chosen.from) continue;
    if (best === undefined || arc.weight < best.weight) best = arc;
  }
  return best;
}

function edgeOf(nodes: readonly ConstructionNode[], arc: Arc, other: Arc | undefined): Edge {
  const parent = nodes[arc.from];
  const child = nodes[arc.to];
  if (parent === undefined || child === undefined) throw new Error('an arc without its nodes');
  const { relation, role, facts } = relationOf(parent, child, arc.kinship);
  const runner = other && nodes[other.from];
  return {
    kind: 'provenance',
    from: parent.id,
    to: child.id,
    grade: 'inferred',
    role,
    evidence: {
      rule: arc.kinship.rule,
      relation,
      confidence: arc.kinship.confidence,
      direction: { confidence: arc.certainty, because: arc.pair.direction.because },
      facts,
      ...(other && runner
        ? { runnerUp: { node: runner.id, confidence: other.kinship.confidence } }
        : {}),
    },
  };
}
