import type { ReplayReport } from '../../core/creationViews.ts';
import type { ImportId, NodeId } from '../../core/ids.ts';
import { LineageError } from '../../core/lineageError.ts';
import { nodeOf } from '../../core/lineage/editLineage.ts';
import type { Edge, ModelNode } from '../../core/lineage/graph.ts';
import { edgeKey } from '../../core/lineage/lineage.ts';
import type { Change } from '../../core/lineage/operation.ts';
import { type Run, unwatched } from '../../core/ports/run.ts';
import type { Recipe, ReplayGrade } from '../../core/recipe/recipe.ts';
import { collectGarbage } from '../storage/collectGarbage.ts';
import { gradeReplay } from '../../core/recipe/gradeReplay.ts';
import { checkUnchanged } from './checkUnchanged.ts';
import { compareMade } from './compareMade.ts';
import type { MadeModel } from './creationFunction.ts';
import { newJob, type OnCreationEvent } from './createModels.ts';
import type { CreatePorts } from './createPorts.ts';
import { memoryKeeper, type SettledOrder } from './jobRecord.ts';
import { makeContext } from './makeContext.ts';
import { parentModel, type StoredParent } from './parentModel.ts';

/**
 * Runs a model's recipe again, with the parents' content, data, seed and device that it names, and compares
 * what comes with what is stored. Where it is the same, bit for bit or within tolerance, the model's
 * provenance edges are graded re-derived. Nothing else is stored.
 *
 * @throws LineageError `recipe-missing`; `recipe-invalid` if a parent or the function has changed since;
 *   `node-missing`, `dataset-missing`, and as making models does.
 */
export async function replayModel(
  ports: CreatePorts,
  id: NodeId,
  run: Run,
  onEvent: OnCreationEvent,
): Promise<ReplayReport> {
  const node = nodeOf(await ports.session.lineage(), id);
  const { recipe } = node;
  if (recipe === undefined) throw new LineageError('recipe-missing', { node: node.name });
  const parents = await sameParents(ports, recipe, run);
  const made = await makeAgain(ports, node, recipe, parents, run, onEvent);
  const difference = await compareMade(ports, await parentModel(ports, id, run), made, run);
  const grade = gradeReplay(difference, node.outcome, made.outcome, {
    before: recipe.environment,
    after: made.environment,
  });
  const regraded = grade.is !== 'differs' && (await regrade(ports, node, grade));
  return { node: id, grade, regraded };
}

async function sameParents(ports: CreatePorts, recipe: Recipe, run: Run): Promise<StoredParent[]> {
  const parents = await Promise.all(
    recipe.parents.map((each) => parentModel(ports, each.node, run)),
  );
  const { functionVersion } = recipe;
  const snapshots = recipe.parents.map(({ snapshot }) => snapshot);
  checkUnchanged(ports.functionOf(recipe.function), { functionVersion, snapshots }, parents);
  return parents;
}

async function makeAgain(
  ports: CreatePorts,
  node: ModelNode,
  recipe: Recipe,
  parents: readonly StoredParent[],
  run: Run,
  onEvent: OnCreationEvent,
): Promise<MadeModel> {
  const { backend, threads } = recipe.environment;
  const order: SettledOrder = {
    function: recipe.function,
    parents: recipe.parents.map((parent) => parent.node),
    arguments: recipe.arguments,
    data: recipe.data,
    seed: recipe.seed,
    device: backend === 'none' ? 'auto' : backend,
    ...(threads === undefined ? {} : { threads }),
    ...(recipe.runs === undefined ? {} : { runs: recipe.runs }),
  };
  const fn = ports.functionOf(recipe.function);
  const record = newJob(fn, `Replay of ${node.name}`, order, parents);
  const id = ports.newId() as ImportId;
  // Nothing of it is kept: a replay that was closed is asked for again.
  const keeper = memoryKeeper(id, record);
  const session = await ports.content.session(id);
  try {
    const made = await fn.make(makeContext(ports, { keeper, parents, onEvent }, run));
    const same = made.find((model) => model.part === recipe.part);
    if (same === undefined) throw new Error(`a replay without the part ${recipe.part ?? ''}`);
    return same;
  } finally {
    await session.discard();
    await collectGarbage(ports, unwatched);
  }
}

/** Grades the model's declared provenance edges re-derived; false where they were so before. */
async function regrade(ports: CreatePorts, node: ModelNode, grade: ReplayGrade): Promise<boolean> {
  const upgraded = (edge: Edge) =>
    edge.to === node.id && edge.kind === 'provenance' && edge.grade === 'declared';
  const lineage = await ports.session.lineage();
  if (![...(lineage.incoming.get(node.id) ?? [])].some(upgraded)) return false;
  await ports.session.commit((now) => ({
    kind: 'replay',
    title: `Replayed ${node.name}: ${grade.text}`,
    changes: [...(now.incoming.get(node.id) ?? [])].filter(upgraded).map((edge): Change => ({
      of: 'edge',
      before: now.edges.get(edgeKey(edge.kind, edge.from, edge.to)) ?? edge,
      after: { ...edge, grade: 're-derived' },
    })),
  }));
  return true;
}
