import type { Edge, Evidence } from '../lineage/graph.ts';
import { layoutOf } from './candidates.ts';
import { nameOrder, namedAfter, ordersByName, seriesKey, type OrderKind } from './names.ts';
import type { ConstructionNode } from './node.ts';
import type { RelatedPair } from './provenance.ts';

/** Confidence that a related pair with an order is a succession. */
const byContent = 0.9;
/** Confidence of a successor by name alone: no weight speaks for it. */
const byName = 0.6;

interface Succession {
  readonly older: number;
  readonly newer: number;
  readonly distance: number;
  readonly evidence: Evidence;
}

/**
 * Version edges: for each node at most the latest of its predecessors. `related` pairs with an order
 * are successive revisions; unrelated models of one name, version or date apart, and of equal
 * signature, are retrained successors, by a rule and with a confidence of their own.
 *
 * @param succeeded - nodes that have a version predecessor already.
 * @param isNew - an edge must touch a new node.
 * @param allowed - false for pairs a person has rejected.
 */
export function versionEdges(
  nodes: readonly ConstructionNode[],
  succeeded: ReadonlySet<number>,
  isNew: (index: number) => boolean,
  related: readonly RelatedPair[],
  allowed: (a: number, b: number) => boolean,
): Edge[] {
  const known = new Set(related.map(({ a, b }) => pairKey(a, b)));
  const successions = [
    ...related.flatMap((pair) => contentSuccession(nodes, pair) ?? []),
    ...nameSuccessions(nodes, known),
  ].filter(({ older, newer }) => allowed(older, newer));
  const before = new Set(successions.map(({ older, newer }) => `${older} ${newer}`));
  const edges: Edge[] = [];
  const entering = new Map<number, Succession[]>();
  for (const succession of successions) {
    const list = entering.get(succession.newer);
    if (list) list.push(succession);
    else entering.set(succession.newer, [succession]);
  }
  for (const [newer, into] of [...entering].sort((p, q) => p[0] - q[0])) {
    if (succeeded.has(newer)) continue;
    // The latest: none of the others came after it.
    const latest = into
      .filter((s) => !into.some((t) => t !== s && before.has(`${s.older} ${t.older}`)))
      .sort((s, t) => s.distance - t.distance || s.older - t.older)[0];
    if (latest === undefined || !(isNew(latest.older) || isNew(newer))) continue;
    const [from, to] = [nodes[latest.older], nodes[newer]];
    if (from === undefined || to === undefined) continue;
    edges.push({
      kind: 'version', from: from.id, to: to.id, grade: 'inferred', evidence: latest.evidence,
    }); // prettier-ignore
  }
  return edges;
}

function pairKey(a: number, b: number): string {
  return a < b ? `${a} ${b}` : `${b} ${a}`;
}

/** Whether a version edge may join two models at all: one format, equal signature. */
function sameInterface(a: ConstructionNode, b: ConstructionNode): boolean {
  if (a.print.format !== b.print.format) return false;
  if (a.print.signature !== '' || b.print.signature !== '') {
    return a.print.signature === b.print.signature;
  }
  return layoutOf(a.print) === layoutOf(b.print);
}

function contentSuccession(
  nodes: readonly ConstructionNode[],
  pair: RelatedPair,
): Succession | undefined {
  const [a, b] = [nodes[pair.a], nodes[pair.b]];
  if (a === undefined || b === undefined || !sameInterface(a, b)) return undefined;
  if (namedAfter(a.name, b.name) || namedAfter(b.name, a.name)) return undefined;
  const order = revisionOrder(a, b);
  if (order === undefined) return undefined;
  const [older, newer] = order.sign < 0 ? [pair.a, pair.b] : [pair.b, pair.a];
  const evidence: Evidence = {
    rule: 'successor-by-content',
    relation: 'next revision',
    confidence: Math.min(byContent, pair.kinship.confidence),
    direction: { confidence: 0.95, because: order.because },
    facts: [
      { label: 'weights', value: 'related' },
      { label: 'inputs and outputs', value: a.print.signature || 'equal tensor shapes' },
    ],
  };
  return { older, newer, distance: pair.kinship.distance, evidence };
}

function revisionOrder(
  a: ConstructionNode,
  b: ConstructionNode,
): { readonly sign: -1 | 1; readonly because: string } | undefined {
  const named = nameOrder(a.name, b.name);
  if (named && named.sign !== 0 && named.kind !== 'number') {
    return { sign: named.sign, because: `the ${named.kind} in the names` };
  }
  for (const key of ['epoch', 'steps'] as const) {
    const [first, second] = [a.print.statements[key], b.print.statements[key]];
    if (first === undefined || second === undefined || first === second) continue;
    return { sign: first < second ? -1 : 1, because: `${key} stated in the files` };
  }
  return undefined;
}

/**
 * Unrelated models that follow each other in one series of names. Each is held against the latest
 * before it only; if that one is related by weights, the rule of related models speaks for the pair.
 */
function nameSuccessions(
  nodes: readonly ConstructionNode[],
  related: ReadonlySet<string>,
): Succession[] {
  const series = new Map<string, number[]>();
  for (const [index, node] of nodes.entries()) {
    const key = `${node.print.format} ${seriesKey(node.name)}`;
    const list = series.get(key);
    if (list) list.push(index);
    else series.set(key, [index]);
  }
  return [...series.values()]
    .filter((members) => members.some((i) => isOrdered(nodes[i])))
    .flatMap((members) =>
      members.map((newer) => ({ newer, older: latestBefore(nodes, members, newer) })),
    )
    .flatMap(({ newer, older }) =>
      older === undefined || related.has(pairKey(older, newer))
        ? []
        : (retrained(nodes, older, newer) ?? []),
    );
}

function isOrdered(node: ConstructionNode | undefined): boolean {
  return node !== undefined && ordersByName(node.name);
}

/** Of `members` the latest that comes before `newer` by name and has its interface. */
function latestBefore(
  nodes: readonly ConstructionNode[],
  members: readonly number[],
  newer: number,
): number | undefined {
  const node = nodes[newer];
  if (node === undefined) return undefined;
  let latest: ConstructionNode | undefined;
  let found: number | undefined;
  for (const index of members) {
    const other = nodes[index];
    if (other === undefined || index === newer || !precedes(other, node)) continue;
    if (latest !== undefined && !precedes(latest, other)) continue;
    if (!sameInterface(other, node)) continue;
    latest = other;
    found = index;
  }
  return found;
}

function precedes(a: ConstructionNode, b: ConstructionNode): boolean {
  const order = nameOrder(a.name, b.name);
  return order !== undefined && order.sign < 0 && successive.includes(order.kind);
}

const successive: readonly OrderKind[] = ['version', 'date'];

function retrained(
  nodes: readonly ConstructionNode[],
  older: number,
  newer: number,
): Succession | undefined {
  const [a, b] = [nodes[older], nodes[newer]];
  const order = a && b && nameOrder(a.name, b.name);
  if (order === undefined) return undefined;
  const evidence: Evidence = {
    rule: 'successor-by-name',
    relation: 'retrained successor',
    confidence: byName,
    direction: { confidence: 0.9, because: `the ${order.kind} in the names` },
    facts: [
      { label: 'weights', value: 'unrelated: trained anew' },
      { label: 'inputs and outputs', value: a?.print.signature || 'equal tensor shapes' },
    ],
  };
  return { older, newer, distance: 1, evidence };
}
