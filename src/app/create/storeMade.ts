import type { ImportId, NodeId } from '../../core/ids.ts';
import type { Edge, ModelNode } from '../../core/lineage/graph.ts';
import type { Change, OperationKind } from '../../core/lineage/operation.ts';
import type { ImportSession } from '../../core/ports/contentStore.ts';
import type { Run } from '../../core/ports/run.ts';
import type { Recipe } from '../../core/recipe/recipe.ts';
import type { CreateReport } from '../../core/creationViews.ts';
import { baseModels } from '../import/baseModels.ts';
import { ChunkWriter } from '../import/chunkWriter.ts';
import { edgeChanges, namedNodes } from '../import/commitImport.ts';
import type { ImportPorts } from '../import/importModels.ts';
import { summaryOf, type NewModel } from '../import/newNodes.ts';
import { parentsFirst } from '../import/parentsFirst.ts';
import { PieceCache } from '../import/pieceCache.ts';
import { progressMeter } from '../import/progressMeter.ts';
import { scanModel } from '../import/scanModel.ts';
import { storeModel, storeRecords } from '../import/storeModel.ts';
import type { SettledModel } from './creationExtras.ts';
import type { MadeModel } from './creationFunction.ts';
import { madeCandidate } from './madeCandidate.ts';

/** Bytes of made models kept between hashing and storing. */
const cacheBytes = 256 * 1024 * 1024;

/** Made models, the recipe each is to carry, and what they are part of. */
export interface StoreOrder {
  readonly job: ImportId;
  /** For the history: "Finetuned digits". */
  readonly kind: OperationKind;
  readonly title: string;
  /** Operations in a row with one group are undone together. */
  readonly group?: string;
  readonly models: readonly SettledModel[];
  readonly recipeOf: (made: MadeModel) => Recipe;
  readonly modelType?: string;
}

/** A made model that is going to be stored. */
interface MadeNode extends NewModel {
  readonly made: MadeModel;
  readonly revises: readonly NodeId[];
}

/**
 * Stores made models with their recipes, as deltas to their parents, and commits all nodes and edges in
 * one operation, which also ends the job.
 *
 * @throws LineageError `quota-exceeded`, and what reading a made file throws.
 */
export async function storeMade(
  ports: ImportPorts,
  session: ImportSession,
  order: StoreOrder,
  run: Run,
): Promise<CreateReport> {
  const before = await ports.content.totals();
  const lineage = await ports.session.lineage();
  const cache = new PieceCache(cacheBytes);
  const candidates = await Promise.all(
    order.models.map(async (settled) => ({
      settled,
      candidate: await madeCandidate(ports, settled.made.name, settled.made.file),
    })),
  );
  const files = candidates.flatMap(({ candidate }) => candidate.files);
  const total = files.reduce((sum, file) => sum + file.sizeBytes, 0);
  const meter = progressMeter(run, 2 * total, ports.now);
  const models: MadeNode[] = [];
  for (const { settled, candidate } of candidates) {
    const scanned = await scanModel(ports, candidate, cache, meter, run);
    const { made, revises } = settled;
    models.push({ made, revises, scanned, node: await nodeOf(ports, order, settled, scanned) });
  }
  const edges = edgesOf(models);
  const writer = new ChunkWriter(session, () => {
    run.signal.throwIfAborted();
  });
  const stored: NewModel[] = [];
  const storing = { content: ports.content, hasher: ports.hasher, writer, cache, meter };
  for (const model of parentsFirst(models, edges)) {
    meter.step(`Storing ${model.node.name}`);
    const bases = await baseModels(ports.content, model.node.id, edges, stored, lineage);
    const told = models.find(({ node }) => node.id === model.node.id)?.made.told;
    const { recipe } = model.node;
    await storeModel(storing, model.scanned, bases, { told, ...(recipe && { recipe }) });
    stored.push(model);
  }
  await writer.finish();
  for (const { made, scanned } of models) {
    const snapshot = await storeRecords(ports.content, scanned);
    if (made.report !== undefined)
      await ports.content.putDerived(snapshot, 'training', made.report);
  }
  run.signal.throwIfAborted();
  const nodes = await commitMade(ports, order, models, edges);
  const after = await ports.content.totals();
  return {
    models: nodes.map(({ id, name }) => ({ id, name })),
    rawBytes: nodes.reduce((sum, { summary }) => sum + summary.sizeBytes, 0),
    storedBytes: after.storedBytes + after.recordBytes - before.storedBytes - before.recordBytes,
  };
}

async function nodeOf(
  ports: ImportPorts,
  order: StoreOrder,
  { made, tags = [], modelType = order.modelType }: SettledModel,
  scanned: NewModel['scanned'],
): Promise<ModelNode> {
  return {
    id: ports.newId() as NodeId,
    name: made.name,
    snapshot: scanned.snapshot,
    tags,
    notes: '',
    createdAt: ports.now(),
    summary: await summaryOf(ports.hasher, scanned),
    recipe: order.recipeOf(made),
    ...(made.outcome === undefined ? {} : { outcome: made.outcome }),
    ...(modelType === undefined ? {} : { modelType }),
  };
}

/**
 * Edges from the stored parents and between the made models, and from the models they revise; parts are
 * found by their names.
 */
function edgesOf(models: readonly MadeNode[]): Edge[] {
  const parts = new Map(models.map(({ made, node }) => [made.part, node.id]));
  const edges = models.flatMap(({ made, node }) =>
    made.parents.map(({ from, role }): Edge => {
      const parent = 'node' in from ? from.node : parts.get(from.part);
      if (parent === undefined) throw new Error(`no part ${'part' in from ? from.part : ''}`);
      return { kind: 'provenance', from: parent, to: node.id, grade: 'declared', role };
    }),
  );
  const versions = models.flatMap(({ node, revises }) =>
    revises.map((from): Edge => ({ kind: 'version', from, to: node.id, grade: 'declared' })),
  );
  return [...edges, ...versions];
}

async function commitMade(
  ports: ImportPorts,
  order: StoreOrder,
  models: readonly MadeNode[],
  edges: readonly Edge[],
): Promise<ModelNode[]> {
  let nodes: ModelNode[] = [];
  await ports.session.commit(
    (lineage) => {
      nodes = namedNodes(models, lineage);
      const predecessors = order.kind === 'merge' ? 2 : 1;
      return {
        kind: order.kind,
        title: order.title,
        changes: [
          ...nodes.map((after): Change => ({ of: 'node', after })),
          ...edgeChanges(nodes, { added: edges, removed: [] }, lineage, predecessors),
        ],
      };
    },
    { imported: order.job, ...(order.group === undefined ? {} : { group: order.group }) },
  );
  return nodes;
}
