import type { ConstructionPorts } from '../../core/construction/types.ts';
import type { NodeId, SnapshotId } from '../../core/ids.ts';
import { isLineageError, LineageError } from '../../core/lineageError.ts';
import type { Edge, GraphData } from '../../core/lineage/graph.ts';
import { dataOf, type Lineage } from '../../core/lineage/lineage.ts';
import type { ContentStore } from '../../core/ports/contentStore.ts';
import type { LineageLog, PendingImport, WriterLock } from '../../core/ports/lineageLog.ts';
import type { ByteSource, Grouping } from '../../core/ports/modelFormats.ts';
import { type Run, unwatched } from '../../core/ports/run.ts';
import type { StorageEstimate } from '../../core/ports/storageEstimate.ts';
import type { ImportedModel, ImportOptions, ImportReport } from '../../core/views.ts';
import type { LineageSession } from '../lineageSession.ts';
import type { LineageRevision } from '../reviseLineage.ts';
import { reportedError } from '../reportedError.ts';
import { baseModels } from './baseModels.ts';
import { ChunkWriter } from './chunkWriter.ts';
import { commitImport } from './commitImport.ts';
import { declaredEdges } from './declaredEdges.ts';
import { mainPath } from './mainPath.ts';
import { newNodes, type NewModel, type NodePorts } from './newNodes.ts';
import { parentsFirst } from './parentsFirst.ts';
import { PieceCache } from './pieceCache.ts';
import { progressMeter, type ProgressMeter } from './progressMeter.ts';
import { scanModel, type ScannedModel, type ScanPorts } from './scanModel.ts';
import { collectGarbage } from '../storage/collectGarbage.ts';
import { storeModel, storeRecords } from './storeModel.ts';

/** Bytes of file content kept between the two passes. With batches and hashing it bounds memory. */
const cacheBytes = 96 * 1024 * 1024;

export interface ImportPorts extends ScanPorts, NodePorts {
  readonly content: ContentStore;
  readonly log: LineageLog;
  readonly lock: WriterLock;
  readonly session: LineageSession;
  readonly estimate: StorageEstimate;
  readonly construct: (
    ports: ConstructionPorts,
    graph: GraphData,
    newNodes: readonly NodeId[],
    run: Run,
  ) => Promise<LineageRevision>;
}

/** What to import, and how it is remembered until it is done. */
export interface ImportOrder {
  readonly files: readonly ByteSource[];
  readonly options: ImportOptions;
  readonly pending: PendingImport;
}

/** What one import works on. */
interface Batch {
  readonly cache: PieceCache;
  readonly meter: ProgressMeter;
  readonly results: ImportedModel[];
}

/**
 * Imports a heap of files: sorts them into models, reads each once to know its content, finds their
 * edges, stores what is new as deltas to the parents found, and commits all nodes and edges in one
 * operation. A file that is broken is reported and the rest goes on.
 *
 * Nothing shows before the commit. When it is cancelled or fails as a whole, everything written is
 * taken back; after a crash the pending import stays, and dropping the same files again finds their
 * chunks stored.
 *
 * @throws LineageError `quota-exceeded`, and what the store throws.
 * @throws AbortError once `run.signal` is aborted.
 */
export async function importModels(
  ports: ImportPorts,
  order: ImportOrder,
  run: Run,
): Promise<ImportReport> {
  const { id } = order.pending;
  await ports.log.beginImport(order.pending);
  const before = await ports.content.totals();
  const session = await ports.content.session(id);
  try {
    const grouping = await ports.formats.group(order.files, run);
    const batch = newBatch(ports, grouping, run);
    const scanned = await scanAll(ports, grouping, batch, run);
    const lineage = await ports.session.lineage();
    const { fresh, known } = splitKnown(scanned, lineage, batch.results);
    const models = await newNodes(
      ports,
      fresh,
      new Set(lineage.names.keys()),
      order.options.modelType,
    );
    const revision = await findEdges(ports, models, lineage, order.options, run);
    const edges = revision.added;
    await refuseOverQuota(ports, models);
    const writer = new ChunkWriter(session, (bytes) => {
      batch.meter.add(bytes);
    });
    await healAll(ports, writer, known, batch);
    const stored = await storeAll(ports, writer, models, edges, batch, lineage);
    await writer.finish();
    await storeAllRecords(ports.content, [...known, ...stored.map((model) => model.scanned)], run);
    run.signal.throwIfAborted();
    const committed = await commitImport(ports, id, stored, revision);
    const after = await ports.content.totals();
    return {
      models: [...batch.results, ...committed.models],
      ignored: grouping.ignored.map((file) => file.path),
      edges: committed.edges,
      rawBytes: stored.reduce((sum, { node }) => sum + node.summary.sizeBytes, 0),
      storedBytes: after.storedBytes + after.recordBytes - before.storedBytes - before.recordBytes,
    };
  } catch (error) {
    await session.discard();
    await ports.log.endImport(id);
    // Records have no session: those that no model names are swept.
    await collectGarbage(ports, unwatched);
    throw error;
  }
}

function newBatch(ports: ImportPorts, grouping: Grouping, run: Run): Batch {
  const files = grouping.candidates.flatMap((candidate) => candidate.files);
  const total = files.reduce((sum, file) => sum + file.sizeBytes, 0);
  return {
    cache: new PieceCache(cacheBytes),
    meter: progressMeter(run, 2 * total, ports.now),
    results: grouping.rejected.map(({ file, error }) => ({
      file: file.path,
      error: reportedError(error),
    })),
  };
}

async function scanAll(
  ports: ImportPorts,
  grouping: Grouping,
  batch: Batch,
  run: Run,
): Promise<ScannedModel[]> {
  const scanned: ScannedModel[] = [];
  for (const candidate of grouping.candidates) {
    batch.meter.step(`Reading ${candidate.name}`);
    await perModel(mainPath(candidate), batch, async () => {
      scanned.push(await scanModel(ports, candidate, batch.cache, batch.meter, run));
    });
  }
  return scanned;
}

/** Runs `work` for one model. What is wrong with that model's files is reported, not thrown. */
async function perModel(file: string, batch: Batch, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!isModelFault(error)) throw error;
    batch.results.push({ file, error: reportedError(error) });
  }
}

function isModelFault(error: unknown): boolean {
  return isLineageError(
    error,
    'format-invalid',
    'format-unknown',
    'format-unsupported',
    'pickle-refused',
    'companion-missing',
    'companion-escapes',
    'file-unreadable',
  );
}

/** Scanned models apart: new ones, and those whose content a node has already, which are reported. */
function splitKnown(
  scanned: readonly ScannedModel[],
  lineage: Lineage,
  results: ImportedModel[],
): { readonly fresh: ScannedModel[]; readonly known: ScannedModel[] } {
  const nodes = new Map([...lineage.nodes.values()].map((node) => [node.snapshot, node]));
  const fresh = new Map<SnapshotId, ScannedModel>();
  const known: ScannedModel[] = [];
  for (const model of scanned) {
    const file = mainPath(model.candidate);
    const node = nodes.get(model.snapshot);
    if (node !== undefined) {
      results.push({ file, id: node.id, name: node.name, existing: true });
      known.push(model);
    } else if (fresh.has(model.snapshot)) results.push({ file, existing: true });
    else fresh.set(model.snapshot, model);
  }
  return { fresh: [...fresh.values()], known };
}

/** Stores again what is missing or damaged of models that are there. */
async function healAll(
  ports: ImportPorts,
  writer: ChunkWriter,
  known: readonly ScannedModel[],
  batch: Batch,
): Promise<void> {
  const run = { content: ports.content, hasher: ports.hasher, writer, ...batch };
  for (const model of known) {
    batch.meter.step(`Checking ${model.candidate.name}`);
    await perModel(mainPath(model.candidate), batch, () => storeModel(run, model, []));
  }
}

async function findEdges(
  ports: ImportPorts,
  models: readonly NewModel[],
  lineage: Lineage,
  options: ImportOptions,
  run: Run,
): Promise<LineageRevision> {
  const declared = declaredEdges(models, lineage, options);
  if (options.infer === false || models.length === 0) return { added: declared, removed: [] };
  const prints = new Map(models.map(({ scanned }) => [scanned.snapshot, scanned.fingerprint]));
  const data = dataOf(lineage);
  const graph: GraphData = {
    ...data,
    nodes: [...data.nodes, ...models.map((model) => model.node)],
    edges: [...data.edges, ...declared],
  };
  const ids = models.map((model) => model.node.id);
  const { added, removed } = await ports.construct(
    { fingerprint: (snapshot) => fingerprintOf(ports.content, prints, snapshot) },
    graph,
    ids,
    run,
  );
  return { added: [...declared, ...added], removed };
}

async function fingerprintOf(
  content: ContentStore,
  fresh: ReadonlyMap<SnapshotId, ScannedModel['fingerprint']>,
  snapshot: SnapshotId,
): Promise<ScannedModel['fingerprint'] | undefined> {
  const own = fresh.get(snapshot);
  if (own !== undefined) return own;
  return (await content.derived(snapshot, 'fingerprint')) as
    ScannedModel['fingerprint'] | undefined;
}

/** Refuses an import that cannot fit even if every chunk is stored no smaller than it is. */
async function refuseOverQuota(ports: ImportPorts, models: readonly NewModel[]): Promise<void> {
  const { usage, quota } = await ports.estimate.estimate();
  if (usage === undefined || quota === undefined) return;
  const sizes = new Map(
    models.flatMap(({ scanned }) => {
      const share = scanned.manifest.payloads.filter((payload) => payload.chunks.length > 0);
      return share.map((payload) => [payload.id, payload] as const);
    }),
  );
  let neededBytes = 0;
  for (const payload of sizes.values()) {
    const stored = await ports.content.has(payload.chunks);
    const missing = stored.filter((there) => !there).length;
    neededBytes += (payload.sizeBytes * missing) / payload.chunks.length;
  }
  // Deltas may halve what is needed: refuse only what even they could not make fit.
  const availableBytes = quota - usage;
  if (neededBytes / 2 > availableBytes)
    throw new LineageError('quota-exceeded', {
      neededBytes: Math.round(neededBytes),
      availableBytes,
    });
}

async function storeAll(
  ports: ImportPorts,
  writer: ChunkWriter,
  models: readonly NewModel[],
  edges: readonly Edge[],
  batch: Batch,
  lineage: Lineage,
): Promise<NewModel[]> {
  const { cache, meter } = batch;
  const stored: NewModel[] = [];
  const run = { content: ports.content, hasher: ports.hasher, writer, cache, meter };
  for (const model of parentsFirst(models, edges)) {
    meter.step(`Storing ${model.node.name}`);
    await perModel(mainPath(model.scanned.candidate), batch, async () => {
      const { node, scanned } = model;
      const child = scanned.fingerprint;
      const bases = await baseModels(ports.content, node.id, edges, stored, lineage, child);
      await storeModel(run, model.scanned, bases);
      stored.push(model);
    });
  }
  return stored;
}

/** Models whose records are written at once: each is a few small transactions, which overlap well. */
const recordsInFlight = 16;

async function storeAllRecords(
  content: ContentStore,
  models: readonly ScannedModel[],
  run: Run,
): Promise<void> {
  for (let at = 0; at < models.length; at += recordsInFlight) {
    run.signal.throwIfAborted();
    await Promise.all(
      models.slice(at, at + recordsInFlight).map((model) => storeRecords(content, model)),
    );
  }
}
