import type { CreateOrder } from '../../core/creationViews.ts';
import { LineageError } from '../../core/lineageError.ts';
import { settleChoices } from '../../core/merge/mergeChoices.ts';
import type { MergeOrder, MergePreview, MergeReport } from '../../core/mergeViews.ts';
import type { Run } from '../../core/ports/run.ts';
import { createModels } from '../create/createModels.ts';
import type { MadeModel } from '../create/creationFunction.ts';
import { plainEnvironment } from '../create/makeContext.ts';
import { judgeCandidate } from './judgeCandidate.ts';
import { openMerge, type OpenMerge } from './openMerge.ts';
import { planOf } from './planMerge.ts';
import type { MergePorts } from './mergePorts.ts';

/** Nothing of a merge depends on a run's seed. */
const seed = 1;

/**
 * Makes a merge in memory and runs the tests of the base and both sides on it. Nothing is stored but the
 * sides' own results.
 *
 * @throws LineageError `merge-refused`; `merge-conflict` where layers have not been chosen for;
 *   `recipe-invalid` for a choice that does not fit; and as `openMerge`.
 */
export async function previewMerge(
  ports: MergePorts,
  order: MergeOrder,
  run: Run,
): Promise<MergePreview> {
  const open = await openMerge(ports, order.x, order.y, order.base, run);
  const { decision, parents } = open;
  if (decision.forward !== undefined) {
    const file = { is: 'weights', of: parents[decision.forward], tensors: new Map() } as const;
    return judgeCandidate(ports, open, file, order.device, run);
  }
  const settled = settledOrder(open, order);
  const [made] = await ports.functionOf('merge').make({
    parents: [parents.x, parents.y, parents.base],
    args: settled.arguments ?? {},
    data: [],
    seed,
    prepare: noData,
    prepared: noData,
    train: noData,
    evaluate: noData,
    environment: plainEnvironment(ports),
    run,
  });
  return judgeMade(ports, open, made, order, run);
}

const noData = () => Promise.reject(new Error('a merge takes no data'));

/**
 * Merges two models into one that revises both, in one step of the history. Tests that are bound to the
 * base or a side are run before anything is stored; a side that has everything already is told as a
 * fast-forward, and no model is made.
 *
 * @throws LineageError `merge-refused`; `merge-conflict` where layers have not been chosen for, where the
 *   merge is worse by a test, and where changes may affect each other and no test says whether they do
 *   (`accept` merges all the same, but for unchosen layers); `recipe-invalid`; and as `createModels`.
 */
export async function mergeModels(
  ports: MergePorts,
  order: MergeOrder,
  run: Run,
): Promise<MergeReport> {
  const open = await openMerge(ports, order.x, order.y, order.base, run);
  const plan = planOf(open);
  const { x, y } = open.parents;
  if (open.decision.forward !== undefined) return forwarded(open, open.decision.forward);
  const settled = settledOrder(open, order);
  let preview: MergePreview | undefined;
  const report = await createModels(ports, settled, run, () => undefined, {
    kind: 'merge',
    title: `Merged ${x.node.name} and ${y.node.name}`,
    settle: async (made) => {
      const tested = await judgeMade(ports, open, made[0], order, run);
      if (order.accept !== true) checkAccepted(open, order, tested);
      if (tested.tests > 0) preview = tested;
      return made.map((each) => ({ made: each, revises: [x.node.id, y.node.id] }));
    },
  });
  const [model] = report.models;
  if (model === undefined) throw new Error('a merge that made nothing');
  return {
    is: 'merged',
    node: model.id,
    name: model.name,
    plan,
    ...(preview === undefined ? {} : { preview }),
    storedBytes: report.storedBytes,
    text: `Merged ${x.node.name} and ${y.node.name} into ${model.name}.`,
  };
}

function forwarded(open: OpenMerge, forward: 'x' | 'y'): MergeReport {
  const [ahead, behind] = [open.parents[forward].node, open.parents[forward === 'x' ? 'y' : 'x'].node]; // prettier-ignore
  const moves = ahead.id === behind.id ? '' : ` A branch at ${behind.name} would move to ${ahead.name}.`; // prettier-ignore
  return {
    is: 'fast-forward',
    node: ahead.id,
    name: ahead.name,
    plan: planOf(open),
    storedBytes: 0,
    text: `Nothing to merge: ${open.decision.because.join('; ')}.${moves}`,
  };
}

/** @throws LineageError `merge-refused`, `merge-conflict`, `recipe-invalid`. */
function settledOrder(open: OpenMerge, { choices = {}, name, device }: MergeOrder): CreateOrder {
  const { decision, sides, parents } = open;
  if (decision.verdict === 'refused' || decision.carrier === undefined)
    throw new LineageError('merge-refused', { reasons: decision.because });
  const settled = settleChoices(sides, decision, choices);
  if (settled.is === 'open') throw new LineageError('merge-conflict', { layers: settled.layers });
  if (settled.is === 'unfit')
    throw new LineageError('recipe-invalid', {
      function: 'merge',
      field: settled.layer,
      reason: settled.reason,
    });
  return {
    function: 'merge',
    parents: [parents.x, parents.y, parents.base].map(({ node }) => node.id),
    arguments: {
      carrier: decision.carrier,
      others: 'keep',
      choices: JSON.stringify(settled.choices),
    },
    seed,
    ...(name === undefined ? {} : { name }),
    ...(device === undefined ? {} : { device }),
  };
}

function judgeMade(
  ports: MergePorts,
  open: OpenMerge,
  made: MadeModel | undefined,
  { device }: MergeOrder,
  run: Run,
): Promise<MergePreview> {
  if (made?.file.is !== 'weights') throw new Error('a merge is one file with other values');
  return judgeCandidate(ports, open, made.file, device, run);
}

/** Possible conflicts are settled by tests; a person's choice for a layer settles it too. */
function checkAccepted(open: OpenMerge, { choices = {} }: MergeOrder, tested: MergePreview): void {
  const of = (possible: boolean) =>
    open.decision.layers
      .filter(({ verdict }) =>
        possible ? verdict === 'possible-conflict' : verdict !== 'unchanged' && verdict !== 'same-change',
      )
      .filter(({ id }) => !possible || !Object.hasOwn(choices, id))
      .map(({ label }) => label); // prettier-ignore
  const possible = of(true);
  if (tested.tests === 0 && possible.length > 0)
    throw new LineageError('merge-conflict', {
      layers: possible,
      because: [
        'changes of both sides may affect each other, and no test is bound that could tell',
      ],
    });
  if (!tested.accepted)
    throw new LineageError('merge-conflict', {
      layers: possible.length > 0 ? possible : of(false),
      because: tested.because,
    });
}
