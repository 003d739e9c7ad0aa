import type { ChunkId, NodeId, SkeletonId, SnapshotId, TensorId } from '../../core/ids.ts';
import type { ModelNode } from '../../core/lineage/graph.ts';
import type { ContentStore } from '../../core/ports/contentStore.ts';
import { notTensors } from '../../core/savingsViews.ts';
import type { Manifest, Payload, Skeleton } from '../../core/snapshot.ts';
import type { LineageSession } from '../lineageSession.ts';

/** Manifests read at once. */
const readsInFlight = 32;

/** What one snapshot is made of. */
export interface SnapshotUse {
  /** Tensors' payloads, then the skeleton's literal bytes. */
  readonly payloads: readonly Payload[];
  /** Every chunk once. */
  readonly chunks: readonly ChunkId[];
  /**
   * Of each payload, for people: its first tensor, or what it is; and one more for what is in the files
   * and in no payload. The same array for models of one skeleton.
   */
  readonly names: readonly string[];
}

interface SkeletonUse {
  readonly literals: Payload;
  /** None of data sets, whose files have their names in the manifest. */
  readonly names: readonly string[] | undefined;
}

/** Where a payload is used, for people: the first tensor that views it. */
export interface PayloadPlace {
  readonly node: NodeId;
  readonly tensor: string;
}

/** Who uses what: the manifests of all models, read once and kept up to date. */
export class ContentUse {
  readonly #content: ContentStore;
  readonly #session: LineageSession;
  readonly #snapshots = new Map<SnapshotId, SnapshotUse>();
  readonly #skeletons = new Map<SkeletonId, Promise<SkeletonUse>>();

  constructor(content: ContentStore, session: LineageSession) {
    this.#content = content;
    this.#session = session;
  }

  async snapshot(id: SnapshotId): Promise<SnapshotUse> {
    const known = this.#snapshots.get(id);
    if (known !== undefined) return known;
    const manifest = await this.#content.manifest(id);
    const { literals, names } = await this.#skeleton(manifest.skeleton);
    const payloads = [...manifest.payloads, literals];
    const use = {
      payloads,
      chunks: [...new Set(payloads.flatMap(({ chunks }) => chunks))],
      names: names ?? payloadNames(manifest),
    };
    this.#snapshots.set(id, use);
    return use;
  }

  /** Of a skeleton, which many models share, only what is asked for again. */
  #skeleton(id: SkeletonId): Promise<SkeletonUse> {
    const known = this.#skeletons.get(id);
    if (known !== undefined) return known;
    const reading = this.#content.skeleton(id).then((skeleton) => ({
      literals: skeleton.literals,
      names: skeleton.format === 'data' ? undefined : tensorNames(skeleton),
    }));
    this.#skeletons.set(id, reading);
    // A failed read is not kept: the next caller tries again.
    reading.catch(() => this.#skeletons.delete(id));
    return reading;
  }

  async node(id: NodeId): Promise<SnapshotUse | undefined> {
    const snapshot = (await this.#session.lineage()).nodes.get(id)?.snapshot;
    return snapshot === undefined ? undefined : this.snapshot(snapshot);
  }

  /** The chunks of `ids`, each once. */
  async chunksOf(ids: Iterable<NodeId>): Promise<Set<ChunkId>> {
    const chunks = new Set<ChunkId>();
    for (const id of ids)
      for (const chunk of (await this.node(id))?.chunks ?? []) chunks.add(chunk);
    return chunks;
  }

  /** For each of `payloads`, the nodes that use it. Reads every manifest once. */
  async usersOf(payloads: ReadonlySet<TensorId>): Promise<Map<TensorId, NodeId[]>> {
    const users = new Map<TensorId, NodeId[]>();
    for (const node of await this.allNodes()) {
      const ids = new Set((await this.snapshot(node.snapshot)).payloads.map(({ id }) => id));
      for (const id of ids)
        if (payloads.has(id)) users.set(id, [...(users.get(id) ?? []), node.id]);
    }
    return users;
  }

  /** For each of `chunks`, a model and tensor that it belongs to. Reads every manifest once. */
  async placesOf(chunks: ReadonlySet<ChunkId>): Promise<Map<ChunkId, PayloadPlace>> {
    const places = new Map<ChunkId, PayloadPlace>();
    for (const node of await this.allNodes()) {
      if (places.size === chunks.size) break;
      const { payloads } = await this.snapshot(node.snapshot);
      const found = payloads.flatMap((payload, index) =>
        payload.chunks
          .filter((id) => chunks.has(id) && !places.has(id))
          .map((id) => [id, index] as const),
      );
      if (found.length === 0) continue;
      const names = await this.#tensorNames(node.snapshot);
      for (const [chunk, index] of found)
        places.set(chunk, { node: node.id, tensor: names.get(index) ?? '' });
    }
    return places;
  }

  /** Every node, its snapshot's use at hand: manifests are read many at once, which overlaps well. */
  async allNodes(): Promise<ModelNode[]> {
    const nodes = [...(await this.#session.lineage()).nodes.values()];
    const unread = nodes.filter((node) => !this.#snapshots.has(node.snapshot));
    for (let at = 0; at < unread.length; at += readsInFlight)
      await Promise.all(
        unread.slice(at, at + readsInFlight).map((node) => this.snapshot(node.snapshot)),
      );
    return nodes;
  }

  async #tensorNames(id: SnapshotId): Promise<Map<number, string>> {
    const manifest = await this.#content.manifest(id);
    const { tensors } = await this.#content.skeleton(manifest.skeleton);
    const names = new Map<number, string>();
    for (const { payload, name } of tensors)
      if (payload !== undefined && !names.has(payload)) names.set(payload, name);
    return names;
  }
}

function tensorNames(skeleton: Skeleton): string[] {
  const names: string[] = [];
  for (const segment of skeleton.files.flatMap(({ segments }) => segments))
    if (segment.is !== 'literal') names[segment.payload] ??= `${notTensors}data ${segment.payload}`;
  for (const { payload, name } of skeleton.tensors)
    if (payload !== undefined && isNoTensor(names[payload])) names[payload] = name;
  return withRest(names);
}

/** Of a data set: one payload for each file. */
function payloadNames({ files }: Manifest): string[] {
  return withRest(files.map(({ name }) => name));
}

const isNoTensor = (name: string | undefined) => name?.startsWith(notTensors) !== false;

function withRest(names: readonly string[]): string[] {
  return [
    ...Array.from(names, (name: string | undefined, index) => name ?? `${notTensors}data ${index}`),
    `${notTensors}structure of the files`,
    `${notTensors}checksums and encoding`,
  ];
}
