import { candidateIndex, type CandidateIndex } from '../core/construction/candidates.ts';
import { ordersByName, parseName, seriesKey } from '../core/construction/names.ts';
import { compareModels, type Kinship } from '../core/construction/compareModels.ts';
import { constructionNode, type ConstructionNode } from '../core/construction/node.ts';
import { proposeEdges, relatedPair } from '../core/construction/proposeEdges.ts';
import type { RelatedPair } from '../core/construction/provenance.ts';
import type { ConstructionPorts } from '../core/construction/types.ts';
import type { NodeId } from '../core/ids.ts';
import type { Edge, GraphData, ModelNode } from '../core/lineage/graph.ts';
import type { Run } from '../core/ports/run.ts';

/** Comparisons between two looks at the clock of other work. */
const pairsPerPause = 16;
/** Bytes of fingerprints kept at hand between calls. */
const keptPrintBytes = 96 * 2 ** 20;
/** Matches of tensors kept of earlier comparisons: a few hundred bytes each. */
const keptMatches = 150_000;
/** Files written within this time of each other, ms, came from one copy or clone. */
const oneCopyMs = 10 * 60_000;

/**
 * What construction remembers from one call to the next: the index of all models' features, and the
 * fingerprints and comparisons last made. Optional; without it each call reads all fingerprints again.
 */
export interface ConstructionMemory {
  readonly index: CandidateIndex<NodeId>;
  readonly nodes: NodeMemory;
  readonly kinships: KinshipMemory;
}

export function constructionMemory(): ConstructionMemory {
  return { index: candidateIndex(), nodes: new NodeMemory(), kinships: new KinshipMemory() };
}

/** Nodes with their fingerprints, the first read forgotten first. */
class NodeMemory {
  readonly #known = new Map<NodeId, ConstructionNode>();
  #bytes = 0;

  get(id: NodeId): ConstructionNode | undefined {
    return this.#known.get(id);
  }

  set(id: NodeId, node: ConstructionNode): void {
    this.#known.set(id, node);
    this.#bytes += printBytes(node);
    for (const [oldest, { print }] of this.#known) {
      if (this.#bytes <= keptPrintBytes) break;
      this.#known.delete(oldest);
      this.#bytes -= printBytes({ print });
    }
  }
}

function printBytes({ print }: Pick<ConstructionNode, 'print'>): number {
  return print.samples.byteLength + print.sketches.byteLength;
}

/** Comparisons by the two models, the oldest forgotten first. Contents of a node never change. */
class KinshipMemory {
  readonly #known = new Map<string, Kinship>();
  #matches = 0;

  readonly between = (a: ConstructionNode, b: ConstructionNode): Kinship => {
    const key = `${a.id} ${b.id}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const found = compareModels(a.print, b.print);
    this.#known.set(key, found);
    this.#matches += 1 + found.matches.length;
    for (const [oldest, kinship] of this.#known) {
      if (this.#matches <= keptMatches) break;
      this.#known.delete(oldest);
      this.#matches -= 1 + kinship.matches.length;
    }
    return found;
  };
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
  const pairs = await comparePairs(ports, nodes, wanted, run, memory.kinships.between);
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
  compare: KinshipMemory['between'],
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
      a === undefined || b === undefined ? undefined : relatedPair(nodes, a, b, timesTell, compare);
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
