import type { ModelFingerprint } from '../../core/construction/types.ts';
import type { NodeId, SnapshotId } from '../../core/ids.ts';
import type { Edge } from '../../core/lineage/graph.ts';
import type { Lineage } from '../../core/lineage/lineage.ts';
import {
  modelSketches,
  nearestModels,
  type ModelSketches,
} from '../../core/planning/nearestModels.ts';
import type { ContentStore } from '../../core/ports/contentStore.ts';
import type { NewModel } from './newNodes.ts';
import type { BaseModel } from './storeModel.ts';

/** Models whose tensors are tried as bases: each costs a matching and an encoding of all tensors. */
const mostBases = 2;
/** Parents of a merged model that are kept: it is likely a sum of them. */
const mostParts = 8;
/** Other children of its parents that a model is compared with, by sketch. */
const mostSiblings = 6;
/** Models whose sketches are kept at hand: about a kilobyte for each tensor. */
const keptModels = 128;

/**
 * The stored models that a new model's tensors may be deltas of, nearest first, from this import or
 * before: of its provenance parents, its version predecessors and their other children the few over
 * which it is estimated smallest; all its parents where it has several. What is alike elsewhere is
 * for a repack to find.
 *
 * @param child - its fingerprint; without it its first parents, then its predecessors.
 */
export async function baseModels(
  content: ContentStore,
  node: NodeId,
  edges: readonly Edge[],
  stored: readonly NewModel[],
  lineage: Lineage,
  child?: ModelFingerprint,
): Promise<BaseModel[]> {
  const family = familyOf(node, edges, lineage);
  const reader = new BaseReader(content, stored, lineage);
  if (child === undefined || family.parents.length > 1) {
    const most = family.parents.length > 1 ? mostParts : mostBases;
    return reader.readAll([...family.parents, ...family.predecessors].slice(0, most));
  }
  const candidates = [...new Set([...family.parents, ...family.predecessors, ...family.siblings])];
  const only = candidates.length === 1 ? candidates : await reader.nearest(child, candidates);
  return reader.readAll(only);
}

interface Family {
  readonly parents: readonly NodeId[];
  readonly predecessors: readonly NodeId[];
  /** Latest first. */
  readonly siblings: readonly NodeId[];
}

function familyOf(node: NodeId, edges: readonly Edge[], lineage: Lineage): Family {
  const above = edges.filter((edge) => edge.to === node);
  const from = (kind: Edge['kind']): NodeId[] => [
    ...new Set(above.filter((edge) => edge.kind === kind).map((edge) => edge.from)),
  ];
  const parents = from('provenance');
  const predecessors = from('version').filter((id) => !parents.includes(id));
  const beside = [...parents, ...predecessors].flatMap((parent) => [
    ...[...(lineage.outgoing.get(parent) ?? [])].map((edge) => edge.to),
    ...edges.flatMap((edge) => (edge.from === parent ? [edge.to] : [])),
  ]);
  const siblings = [...new Set(beside)].filter((id) => id !== node).reverse();
  return { parents, predecessors, siblings: siblings.slice(0, mostSiblings) };
}

/** Reads what was stored before, and knows what this import has stored. */
class BaseReader {
  readonly #content: ContentStore;
  readonly #lineage: Lineage;
  readonly #fresh: ReadonlyMap<NodeId, NewModel>;

  constructor(content: ContentStore, stored: readonly NewModel[], lineage: Lineage) {
    this.#content = content;
    this.#lineage = lineage;
    this.#fresh = new Map(stored.map((model) => [model.node.id, model]));
  }

  async readAll(ids: readonly NodeId[]): Promise<BaseModel[]> {
    const models = await Promise.all(ids.map((id) => this.#model(id)));
    return models.filter((model) => model !== undefined);
  }

  async nearest(child: ModelFingerprint, ids: readonly NodeId[]): Promise<NodeId[]> {
    const sketches = await Promise.all(ids.map((id) => this.#sketches(id)));
    const known = ids.flatMap((id, at) => {
      const own = sketches[at];
      return own === undefined ? [] : [{ id, own }];
    });
    const chosen = nearestModels(
      child,
      known.map(({ own }) => own),
      mostBases,
    );
    return chosen.flatMap((at) => known[at]?.id ?? []);
  }

  async #sketches(id: NodeId): Promise<ModelSketches | undefined> {
    const fresh = this.#fresh.get(id);
    const snapshot = fresh?.scanned.snapshot ?? this.#lineage.nodes.get(id)?.snapshot;
    if (snapshot === undefined) return undefined;
    const memory = memoryOf(this.#content);
    const known = memory.get(snapshot);
    if (known !== undefined) return known;
    const print = fresh?.scanned.fingerprint ?? (await fingerprintOf(this.#content, snapshot));
    if (print === undefined) return undefined;
    const made = modelSketches(print);
    memory.set(snapshot, made);
    const [oldest] = memory.keys();
    if (memory.size > keptModels && oldest !== undefined) memory.delete(oldest);
    return made;
  }

  async #model(id: NodeId): Promise<BaseModel | undefined> {
    const fresh = this.#fresh.get(id);
    if (fresh !== undefined) {
      const { fingerprint, manifest, skeleton } = fresh.scanned;
      return { fingerprint, payloads: manifest.payloads, literals: skeleton.literals };
    }
    const snapshot = this.#lineage.nodes.get(id)?.snapshot;
    return snapshot === undefined ? undefined : storedBase(this.#content, snapshot);
  }
}

/** Sketches last used, by store: the models of one family come one after the other. */
const memories = new WeakMap<ContentStore, Map<SnapshotId, ModelSketches>>();

function memoryOf(content: ContentStore): Map<SnapshotId, ModelSketches> {
  const known = memories.get(content) ?? new Map<SnapshotId, ModelSketches>();
  memories.set(content, known);
  return known;
}

async function fingerprintOf(
  content: ContentStore,
  snapshot: SnapshotId,
): Promise<ModelFingerprint | undefined> {
  return (await content.derived(snapshot, 'fingerprint')) as ModelFingerprint | undefined;
}

async function storedBase(
  content: ContentStore,
  snapshot: SnapshotId,
): Promise<BaseModel | undefined> {
  const fingerprint = await fingerprintOf(content, snapshot);
  if (fingerprint === undefined) return undefined;
  const manifest = await content.manifest(snapshot);
  const skeleton = await content.skeleton(manifest.skeleton);
  return { fingerprint, payloads: manifest.payloads, literals: skeleton.literals };
}
