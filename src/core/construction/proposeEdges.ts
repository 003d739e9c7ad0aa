import type { NodeId } from '../ids.ts';
import type { Edge, Rejection } from '../lineage/graph.ts';
import { compareModels, reversedKinship, type Kinship } from './compareModels.ts';
import { directionOf } from './direction.ts';
import type { ConstructionNode } from './node.ts';
import { meanEdges, weightedMeans } from './means.ts';
import { provenanceEdges, type RelatedPair } from './provenance.ts';
import { versionEdges } from './versions.ts';

/** What is proposed on. */
export interface Proposal {
  /** Every node that takes part, in an order of content or name, not of insertion. */
  readonly nodes: readonly ConstructionNode[];
  /** Nodes without edges of their own yet; every proposed edge touches one. */
  readonly isNew: ReadonlySet<NodeId>;
  readonly pairs: readonly RelatedPair[];
  /** All edges of the graph: they stay, and nothing proposed may close a cycle with them. */
  readonly edges: readonly Edge[];
  readonly rejections: readonly Rejection[];
}

/**
 * Compares two nodes; undefined if their contents say nothing of kinship.
 *
 * @param compare - `compareModels` of the two, or what it gave before.
 */
export function relatedPair(
  nodes: readonly ConstructionNode[],
  a: number,
  b: number,
  timesTell: boolean,
  compare = (x: ConstructionNode, y: ConstructionNode): Kinship => compareModels(x.print, y.print),
): RelatedPair | undefined {
  const [first, second] = [nodes[a], nodes[b]];
  if (first === undefined || second === undefined) return undefined;
  const kinship = compare(first, second);
  if (kinship.rule === 'none') return undefined;
  const direction = directionOf(first, second, kinship, timesTell);
  return { a, b, kinship, reversed: reversedKinship(kinship), direction };
}

/**
 * The edges to add, provenance and version together, acyclic with those of the graph, surest first.
 * The same for every order in which the models came.
 */
export function proposeEdges(proposal: Proposal): Edge[] {
  const { nodes, isNew, edges } = proposal;
  const index = new Map(nodes.map((node, i) => [node.id, i]));
  const having = (kind: Edge['kind']): Set<number> =>
    new Set(edges.flatMap((edge) => (edge.kind === kind ? (index.get(edge.to) ?? []) : [])));
  const rejected = new Set(proposal.rejections.map(({ kind, a, b }) => unordered(kind, a, b)));
  const allowed = (kind: Edge['kind'], a: number, b: number): boolean => {
    const [x, y] = [nodes[a]?.id, nodes[b]?.id];
    return x !== undefined && y !== undefined && !rejected.has(unordered(kind, x, y));
  };
  const touchesNew = ({ a, b }: RelatedPair): boolean =>
    [a, b].some((i) => isNew.has(nodes[i]?.id ?? ('' as NodeId)));

  const candidates = proposal.pairs.filter(
    (pair) => touchesNew(pair) && allowed('provenance', pair.a, pair.b),
  );
  const placed = having('provenance');
  const means = weightedMeans(
    nodes,
    candidates,
    (node) => !placed.has(node) && isNew.has(nodes[node]?.id ?? ('' as NodeId)),
  );
  for (const { node } of means) placed.add(node);
  const ofMean = new Set(
    means.flatMap(({ node, parts }) => parts.map(({ of }) => [node, of].sort().join(' '))),
  );
  const rest = candidates.filter(({ a, b }) => !ofMean.has([a, b].sort().join(' ')));
  const provenance = [...meanEdges(nodes, means), ...provenanceEdges(nodes, placed, rest)];
  const versions = versionEdges(
    nodes,
    having('version'),
    (i) => isNew.has(nodes[i]?.id ?? ('' as NodeId)),
    proposal.pairs,
    (a, b) => allowed('version', a, b),
  );
  return acyclic(edges, [...provenance, ...versions]);
}

function unordered(kind: string, a: NodeId, b: NodeId): string {
  return `${kind} ${a < b ? `${a} ${b}` : `${b} ${a}`}`;
}

/** Of `proposed`, those that close no cycle with `existing` and with surer ones before them. */
function acyclic(existing: readonly Edge[], proposed: readonly Edge[]): Edge[] {
  const children = new Map<NodeId, NodeId[]>();
  const taken = new Set<string>();
  const link = (edge: Edge): void => {
    const list = children.get(edge.from);
    if (list) list.push(edge.to);
    else children.set(edge.from, [edge.to]);
    taken.add(`${edge.kind} ${edge.from} ${edge.to}`);
  };
  for (const edge of existing) link(edge);
  const certainty = (edge: Edge): number =>
    (edge.evidence?.confidence ?? 1) * (edge.evidence?.direction.confidence ?? 1);
  const accepted: Edge[] = [];
  for (const edge of [...proposed].sort((e, f) => certainty(f) - certainty(e))) {
    if (taken.has(`${edge.kind} ${edge.from} ${edge.to}`)) continue;
    if (reaches(children, edge.to, edge.from)) continue;
    link(edge);
    accepted.push(edge);
  }
  return accepted;
}

function reaches(children: ReadonlyMap<NodeId, NodeId[]>, from: NodeId, to: NodeId): boolean {
  const seen = new Set([from]);
  const stack = [from];
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    if (node === to) return true;
    for (const child of children.get(node) ?? []) {
      if (!seen.has(child)) {
        seen.add(child);
        stack.push(child);
      }
    }
  }
  return false;
}
