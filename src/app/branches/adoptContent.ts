import type { AdoptReport } from '../../core/branchViews.ts';
import type { NodeId, SnapshotId } from '../../core/ids.ts';
import { isLineageError, LineageError } from '../../core/lineageError.ts';
import type { Edge, ModelNode } from '../../core/lineage/graph.ts';
import { matchModels } from '../../core/branches/matchModels.ts';
import type { Lineage } from '../../core/lineage/lineage.ts';
import type { ModelTest } from '../../core/modelTests/modelTest.ts';
import type { ContentStore, ImportSession } from '../../core/ports/contentStore.ts';
import type { LineageArchive } from '../../core/ports/lineageArchive.ts';
import type { ByteSource } from '../../core/ports/modelFormats.ts';
import type { Run } from '../../core/ports/run.ts';
import { storeFiles } from '../data/storeFiles.ts';
import { baseModels } from '../import/baseModels.ts';
import { ChunkWriter } from '../import/chunkWriter.ts';
import type { ImportPorts } from '../import/importModels.ts';
import { summaryOf, type NewModel } from '../import/newNodes.ts';
import { parentsFirst } from '../import/parentsFirst.ts';
import { PieceCache } from '../import/pieceCache.ts';
import { progressMeter, type ProgressMeter } from '../import/progressMeter.ts';
import { scanModel } from '../import/scanModel.ts';
import { storeModel, storeRecords } from '../import/storeModel.ts';
import { reportedError } from '../reportedError.ts';

/** Bytes of file content kept between the two passes. */
const cacheBytes = 96 * 1024 * 1024;

export interface AdoptedContent {
  /** By their id: models whose content is stored, as that shows them. */
  readonly models: ReadonlyMap<NodeId, ModelNode>;
  /** Snapshots of data sets that are stored. */
  readonly data: ReadonlySet<SnapshotId>;
  readonly skipped: AdoptReport['skipped'];
}

/** What storing the content of one lineage file shares. */
interface Storing {
  readonly ports: ImportPorts;
  readonly session: ImportSession;
  readonly archive: LineageArchive;
  readonly cache: PieceCache;
  readonly meter: ProgressMeter;
  readonly writer: ChunkWriter;
  readonly run: Run;
  readonly skipped: AdoptReport['skipped'][number][];
}

/** Whether a snapshot and all its chunks are stored. */
export async function hasContent(content: ContentStore, snapshot: SnapshotId): Promise<boolean> {
  try {
    const manifest = await content.manifest(snapshot);
    const { literals } = await content.skeleton(manifest.skeleton);
    const chunks = [...manifest.payloads, literals].flatMap((payload) => payload.chunks);
    return (await content.has(chunks)).every(Boolean);
  } catch (error) {
    if (isLineageError(error, 'snapshot-missing', 'record-corrupt')) return false;
    throw error;
  }
}

/**
 * Stores the content of the given models (their ids) of a lineage file and of the data that they and the file's tests
 * use, as deltas to what they come from. A model is read whole, and stored only where its content is what
 * the file states; what is wrong with one is told and the rest goes on.
 */
export async function adoptContent(
  ports: ImportPorts,
  session: ImportSession,
  archive: LineageArchive,
  { models: chosen, whole }: { readonly models: ReadonlySet<NodeId>; readonly whole: boolean },
  run: Run,
): Promise<AdoptedContent> {
  const nodes = archive.file.nodes.filter(({ id }) => chosen.has(id));
  await refuseOverQuota(ports, archive, nodes);
  const storing: Storing = {
    ports,
    session,
    archive,
    cache: new PieceCache(cacheBytes),
    meter: progressMeter(run, 2 * bytesOf(archive, nodes), ports.now),
    writer: new ChunkWriter(session, () => {
      run.signal.throwIfAborted();
    }),
    run,
    skipped: [],
  };
  const data = await adoptData(storing, dataWanted(archive, chosen, whole));
  const scanned = await scanAll(storing, nodes, data);
  const models = new Map(scanned.here.map((node) => [node.id, node]));
  for (const { node } of await storeAll(storing, scanned.fresh)) models.set(node.id, node);
  return { models, data, skipped: storing.skipped };
}

function bytesOf(archive: LineageArchive, nodes: readonly ModelNode[]): number {
  let bytes = 0;
  for (const { snapshot } of nodes)
    for (const file of archive.sources(snapshot) ?? []) bytes += file.sizeBytes;
  return bytes;
}

async function refuseOverQuota(
  ports: ImportPorts,
  archive: LineageArchive,
  nodes: readonly ModelNode[],
): Promise<void> {
  const { usage, quota } = await ports.estimate.estimate();
  if (usage === undefined || quota === undefined) return;
  const neededBytes = bytesOf(archive, nodes);
  const availableBytes = quota - usage;
  // What is stored already and deltas may halve it: refuse only what even they could not make fit.
  if (neededBytes / 2 > availableBytes)
    throw new LineageError('quota-exceeded', { neededBytes, availableBytes });
}

/**
 * Stores the data sets that what is taken in needs.
 *
 * @returns every snapshot of data that is stored now, of those.
 */
async function adoptData(
  storing: Storing,
  wanted: ReadonlyMap<SnapshotId, string>,
): Promise<Set<SnapshotId>> {
  const { ports, session, archive, run, skipped } = storing;
  const stored = new Set<SnapshotId>();
  for (const [snapshot, name] of wanted) {
    if (await hasContent(ports.content, snapshot)) {
      stored.add(snapshot);
      continue;
    }
    const files = archive.sources(snapshot);
    if (files === undefined) continue;
    const found = await perFile(storing, name, () => storeFiles(ports, session, files, run));
    if (found === snapshot) stored.add(snapshot);
    else if (found !== undefined)
      skipped.push({ name, why: 'the files of this data set are not what the lineage says' });
  }
  return stored;
}

/** The data that the chosen models' recipes and the tests use, by name; with `whole`, all data sets too. */
function dataWanted(
  { file }: LineageArchive,
  chosen: ReadonlySet<NodeId>,
  whole: boolean,
): Map<SnapshotId, string> {
  const wanted = new Map<SnapshotId, string>();
  for (const { id, recipe } of file.nodes)
    for (const use of chosen.has(id) ? (recipe?.data ?? []) : []) wanted.set(use.dataset, use.name);
  for (const test of file.tests.filter((one) => whole || binds(one, chosen)))
    if (test.data !== undefined) wanted.set(test.data.dataset, test.data.name);
  for (const { snapshot, name } of file.datasets)
    if (whole || wanted.has(snapshot)) wanted.set(snapshot, name);
  return wanted;
}

function binds({ bindings }: ModelTest, chosen: ReadonlySet<NodeId>): boolean {
  return bindings.some((binding) => binding.is === 'node' && chosen.has(binding.node));
}

/** Runs `work` for one model or data set. What is wrong with its files is told, not thrown. */
async function perFile<T>(
  { skipped }: Storing,
  name: string,
  work: () => Promise<T>,
): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (!isFileFault(error)) throw error;
    skipped.push({ name, why: 'its files cannot be read', error: reportedError(error) });
    return undefined;
  }
}

async function scanAll(
  storing: Storing,
  nodes: readonly ModelNode[],
  data: ReadonlySet<SnapshotId>,
): Promise<{ readonly fresh: NewModel[]; readonly here: ModelNode[] }> {
  const { ports, archive, meter, skipped } = storing;
  const fresh: NewModel[] = [];
  const here: ModelNode[] = [];
  for (const node of nodes) {
    const { name, snapshot, recipe } = node;
    meter.step(`Reading ${name}`);
    const lost = recipe?.data.find((use) => !data.has(use.dataset));
    const files = archive.sources(snapshot);
    if (lost !== undefined)
      skipped.push({ name, why: `its data set ${lost.name} is neither in the file nor here` });
    else if (files !== undefined) {
      const scanned = await perFile(storing, name, () => scanOne(storing, node, files));
      if (scanned !== undefined) fresh.push(scanned);
    } else if (await hasContent(ports.content, snapshot)) here.push(node);
    else skipped.push({ name, why: 'its content is neither in the file nor here' });
  }
  return { fresh, here };
}

async function scanOne(
  { ports, cache, meter, run, skipped }: Storing,
  node: ModelNode,
  files: readonly ByteSource[],
): Promise<NewModel | undefined> {
  const { name, snapshot } = node;
  const scanned = await scanModel(
    ports,
    { name, format: node.summary.format, files },
    cache,
    meter,
    run,
  );
  if (scanned.snapshot !== snapshot) {
    skipped.push({ name, why: 'its files are not what the lineage says' });
    return undefined;
  }
  // What the graph shows is made from the content, not taken from the file.
  const summary = { ...(await summaryOf(ports.hasher, scanned)), ...modifiedAt(node) };
  return { scanned, node: { ...node, summary } };
}

function modifiedAt({ summary }: ModelNode) {
  return summary.modifiedAt === undefined ? {} : { modifiedAt: summary.modifiedAt };
}

async function storeAll(storing: Storing, models: readonly NewModel[]): Promise<NewModel[]> {
  const { ports, archive, cache, meter, writer, run } = storing;
  const lineage = await ports.session.lineage();
  const edges = edgesHere(archive, lineage);
  const stored: NewModel[] = [];
  const storage = { content: ports.content, hasher: ports.hasher, writer, cache, meter };
  for (const model of parentsFirst(models, edges)) {
    meter.step(`Storing ${model.node.name}`);
    await perFile(storing, model.node.name, async () => {
      const { node, scanned } = model;
      const child = scanned.fingerprint;
      const bases = await baseModels(ports.content, node.id, edges, stored, lineage, child);
      await storeModel(storage, model.scanned, bases);
      stored.push(model);
    });
  }
  await writer.finish();
  for (const { scanned } of stored) {
    run.signal.throwIfAborted();
    await storeRecords(ports.content, scanned);
  }
  return stored;
}

/** Their edges with our ids for what is here, so that new models find the stored bases of their deltas. */
function edgesHere({ file }: LineageArchive, lineage: Lineage): Edge[] {
  const ids = matchModels(lineage.nodes.values(), file.nodes);
  return file.edges.map((edge) => ({ ...edge, from: ids.get(edge.from) ?? edge.from }));
}

function isFileFault(error: unknown): boolean {
  return isLineageError(
    error,
    'format-invalid', 'format-unknown', 'format-unsupported', 'pickle-refused', 'companion-missing',
    'companion-escapes', 'file-unreadable',
  );
} // prettier-ignore
