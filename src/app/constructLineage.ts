import { candidateIndex, type CandidateIndex } from '../core/construction/candidates.ts';
import { ordersByName, parseName, seriesKey } from '../core/construction/names.ts';
import { constructionNode, type ConstructionNode } from '../core/construction/node.ts';
import { proposeEdges, relatedPair } from '../core/construction/proposeEdges.ts';
import type { RelatedPair } from '../core/construction/provenance.ts';
import type { ConstructionPorts } from '../core/construction/types.ts';
import type { NodeId } from '../core/ids.ts';
import type { Edge, GraphData, ModelNode } from '../core/lineage/graph.ts';
import type { Run } from '../core/ports/run.ts';

/** Comparisons between two looks at the clock of other work. */
const pairsPerPause = 16;
/** Fingerprints kept at hand between calls. */
const keptPrints = 256;
/** Files written within this time of each other, ms, came from one copy or clone. */
const oneCopyMs = 10 * 60_000;

/**
 * What construction remembers from one call to the next: the index of all models' features, and the
 * fingerprints last used. Optional; without it each call reads all fingerprints again.
 */
export interface ConstructionMemory {
  readonly index: CandidateIndex<NodeId>;
  readonly nodes: Map<NodeId, ConstructionNode>;
}

export function constructionMemory(): ConstructionMemory {
  return { index: candidateIndex(), nodes: new Map() };
}

/**
 * The edges to add for `newNodes`, found from content: provenance as a minimum arborescence of
 * everything related, and version edges between successive revisions. Existing edges stay; rejected
 * pairs are not proposed. Writes nothing.
 *
 * A node whose snapshot has no fingerprint takes no part. Cost: features of every node once, then
 * for each new node a bounded number of comparisons.
 */
export async function constructLineage(
  ports: ConstructionPorts,
  graph: GraphData,
  newNodes: readonly NodeId[],
  run: Run,
  memory: ConstructionMemory = constructionMemory(),
): Promise<Edge[]> {
  const reader = nodeReader(ports, graph, memory);
  await indexNodes(reader, graph, run, memory);
  const ordered = contentOrder(graph);
  const isNew = new Set(newNodes.filter((id) => memory.index.has(id)));
  const wanted = candidatePairs(isNew, memory.index, ordered);
  const involved = new Set([...isNew, ...wanted.flat(), ...seriesMates(graph, isNew)]);
  const ids = [...involved].filter((id) => memory.index.has(id)).sort(ordered);
  const nodes: ConstructionNode[] = [];
  for (const id of ids) {
    run.signal.throwIfAborted();
    const node = await reader(id);
    if (node) nodes.push(node);
  }
  const pairs = await comparePairs(ports, nodes, wanted, run);
  return proposeEdges({
    nodes, isNew, pairs, edges: graph.edges, rejections: graph.rejections,
  }); // prettier-ignore
}

type NodeReader = (id: NodeId) => Promise<ConstructionNode | undefined>;

function nodeReader(
  ports: ConstructionPorts,
  graph: GraphData,
  memory: ConstructionMemory,
): NodeReader {
  const byId = new Map<NodeId, ModelNode>(graph.nodes.map((node) => [node.id, node]));
  return async (id) => {
    const known = memory.nodes.get(id);
    if (known) return known;
    const node = byId.get(id);
    const print = node && (await ports.fingerprint(node.snapshot));
    if (node === undefined || print === undefined) return undefined;
    const made = constructionNode(node, print);
    memory.nodes.set(id, made);
    const oldest = memory.nodes.keys().next().value;
    if (memory.nodes.size > keptPrints && oldest !== undefined) memory.nodes.delete(oldest);
    return made;
  };
}

/** Brings the index up to the graph. */
async function indexNodes(
  reader: NodeReader,
  graph: GraphData,
  run: Run,
  memory: ConstructionMemory,
): Promise<void> {
  const present = new Set(graph.nodes.map(({ id }) => id));
  for (const id of memory.index.keys()) if (!present.has(id)) memory.index.remove(id);
  for (const [done, { id }] of graph.nodes.entries()) {
    if (memory.index.has(id)) continue;
    run.signal.throwIfAborted();
    const node = await reader(id);
    if (node) memory.index.add(id, node.print);
    if (done % 50 === 0) progress(run, 'Looking at weights', done, graph.nodes.length);
  }
}

/** An order of nodes that does not depend on when they came: by file, then by snapshot, then by id. */
function contentOrder(graph: GraphData): (a: NodeId, b: NodeId) => number {
  const keys = new Map(
    graph.nodes.map(({ id, summary, snapshot }) => [id, `${summary.fileName} ${snapshot} ${id}`]),
  );
  return (a, b) => {
    const [x, y] = [keys.get(a) ?? '', keys.get(b) ?? ''];
    return x < y ? -1 : x > y ? 1 : 0;
  };
}

/** Each new node with its candidates, every unordered pair once. */
function candidatePairs(
  isNew: ReadonlySet<NodeId>,
  index: CandidateIndex<NodeId>,
  ordered: (a: NodeId, b: NodeId) => number,
): [NodeId, NodeId][] {
  const pairs = new Map<string, [NodeId, NodeId]>();
  for (const id of isNew) {
    for (const other of index.candidates(id, ordered)) {
      const pair: [NodeId, NodeId] = ordered(id, other) < 0 ? [id, other] : [other, id];
      pairs.set(pair.join(' '), pair);
    }
  }
  return [...pairs.values()].sort((p, q) => ordered(p[0], q[0]) || ordered(p[1], q[1]));
}

/** Nodes whose names stand in one series of versions with a new one's. */
function seriesMates(graph: GraphData, isNew: ReadonlySet<NodeId>): NodeId[] {
  const series = new Map<string, { readonly ids: NodeId[]; ordered: boolean }>();
  for (const { id, summary } of graph.nodes) {
    const name = parseName(summary.fileName);
    const members = series.get(seriesKey(name)) ?? { ids: [], ordered: false };
    members.ids.push(id);
    members.ordered ||= ordersByName(name);
    series.set(seriesKey(name), members);
  }
  return [...series.values()]
    .filter(({ ids, ordered }) => ordered && ids.some((id) => isNew.has(id)))
    .flatMap(({ ids }) => ids);
}

async function comparePairs(
  ports: ConstructionPorts,
  nodes: readonly ConstructionNode[],
  wanted: readonly (readonly [NodeId, NodeId])[],
  run: Run,
): Promise<RelatedPair[]> {
  const place = new Map(nodes.map((node, i) => [node.id, i]));
  const timesTell = filesTellTime(nodes);
  const pairs: RelatedPair[] = [];
  for (const [done, [first, second]] of wanted.entries()) {
    if (done % pairsPerPause === 0) {
      run.signal.throwIfAborted();
      await ports.pause?.();
      progress(run, 'Comparing models', done, wanted.length);
    }
    const [a, b] = [place.get(first), place.get(second)];
    const pair =
      a === undefined || b === undefined ? undefined : relatedPair(nodes, a, b, timesTell);
    if (pair) pairs.push(pair);
  }
  return pairs;
}

/** Whether the files' times were kept: a fresh clone or copy gives all files one time. */
function filesTellTime(nodes: readonly ConstructionNode[]): boolean {
  const times = nodes.flatMap(({ modifiedAt }) => modifiedAt ?? []);
  if (times.length < 2) return false;
  return (
    times.reduce((a, b) => Math.max(a, b)) - times.reduce((a, b) => Math.min(a, b)) > oneCopyMs
  );
}

function progress(run: Run, step: string, done: number, total: number): void {
  run.onProgress?.({ step, done, total, unit: 'models' });
}
