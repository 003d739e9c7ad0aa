import type { ChunkId, NodeId } from '../../core/ids.ts';
import type { ContentStore } from '../../core/ports/contentStore.ts';
import type { StorageEstimate } from '../../core/ports/storageEstimate.ts';
import type { NodeStorage, StorageReport } from '../../core/views.ts';
import type { LineageSession } from '../lineageSession.ts';
import type { ContentUse } from './contentUse.ts';

export interface StoragePorts {
  readonly session: LineageSession;
  readonly content: ContentStore;
  readonly use: ContentUse;
  readonly estimate: StorageEstimate;
}

/** Bytes of the whole store, or of a selection as if nothing else were stored. */
export async function reportStorage(
  ports: StoragePorts,
  ids?: readonly NodeId[],
): Promise<StorageReport> {
  const lineage = await ports.session.lineage();
  const nodes = (ids ?? [...lineage.nodes.keys()]).flatMap((id) => lineage.nodes.get(id) ?? []);
  const estimate = await ports.estimate.estimate();
  // A selection is of models; the whole store holds the data sets too.
  const datasets = ids === undefined ? [...lineage.datasets.values()] : [];
  const rawBytes = [...nodes, ...datasets].reduce((sum, one) => sum + one.summary.sizeBytes, 0);
  const common = { rawBytes, models: nodes.length, datasets: datasets.length, ...estimate };
  if (ids === undefined) {
    const totals = await ports.content.totals();
    return {
      ...common,
      dedupBytes: totals.rawBytes + totals.recordBytes,
      storedBytes: totals.storedBytes + totals.recordBytes,
      chunks: totals.chunks,
    };
  }
  const chunks = await ports.use.chunksOf(nodes.map((node) => node.id));
  const size = await sizeOf(ports.content, chunks);
  return { ...common, dedupBytes: size.raw, storedBytes: size.stored, chunks: chunks.size };
}

/** What one model costs, alone and beside the others. */
export async function reportNodeStorage(ports: StoragePorts, id: NodeId): Promise<NodeStorage> {
  const lineage = await ports.session.lineage();
  const own = await ports.use.chunksOf([id]);
  const elsewhere = new Set<ChunkId>();
  const shared: { node: NodeId; bytes: number; tensors: number }[] = [];
  const sizes = await rawSizes(ports.content, own);
  for (const node of await ports.use.allNodes()) {
    if (node.id === id) continue;
    const common = (await ports.use.snapshot(node.snapshot)).payloads.filter((payload) =>
      payload.chunks.some((chunk) => own.has(chunk)),
    );
    const chunks = new Set(common.flatMap((payload) => payload.chunks).filter((c) => own.has(c)));
    for (const chunk of chunks) elsewhere.add(chunk);
    const bytes = [...chunks].reduce((sum, chunk) => sum + (sizes.get(chunk) ?? 0), 0);
    if (bytes > 0) shared.push({ node: node.id, bytes, tensors: common.length });
  }
  const all = await sizeOf(ports.content, own);
  const unique = await sizeOf(
    ports.content,
    [...own].filter((chunk) => !elsewhere.has(chunk)),
  );
  return {
    rawBytes: lineage.nodes.get(id)?.summary.sizeBytes ?? 0,
    aloneBytes: all.raw,
    uniqueBytes: unique.stored,
    reachableBytes: all.stored,
    sharedWith: shared.sort((a, b) => b.bytes - a.bytes),
  };
}

/** Encoded bytes of the chunks that only `ids` use. */
export async function freedBytes(ports: StoragePorts, ids: readonly NodeId[]): Promise<number> {
  const lineage = await ports.session.lineage();
  const gone = new Set(ids);
  const mine = await ports.use.chunksOf(gone);
  const kept = await ports.use.chunksOf([...lineage.nodes.keys()].filter((id) => !gone.has(id)));
  return (
    await sizeOf(
      ports.content,
      [...mine].filter((chunk) => !kept.has(chunk)),
    )
  ).stored;
}

async function sizeOf(
  content: ContentStore,
  chunks: Iterable<ChunkId>,
): Promise<{ raw: number; stored: number }> {
  let raw = 0;
  let stored = 0;
  for (const storage of await content.describe([...chunks])) {
    raw += storage?.rawBytes ?? 0;
    stored += storage?.storedBytes ?? 0;
  }
  return { raw, stored };
}

async function rawSizes(
  content: ContentStore,
  chunks: ReadonlySet<ChunkId>,
): Promise<Map<ChunkId, number>> {
  const described = await content.describe([...chunks]);
  return new Map(
    described.flatMap((storage) =>
      storage === undefined ? [] : [[storage.chunk, storage.rawBytes] as const],
    ),
  );
}
