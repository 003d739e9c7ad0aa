import type { CreateOrder } from '../../core/creationViews.ts';
import type { NodeId } from '../../core/ids.ts';
import { nodeOf } from '../../core/lineage/editLineage.ts';
import { ancestors } from '../../core/lineage/ancestry.ts';
import type { Lineage } from '../../core/lineage/lineage.ts';
import type {
  LossyOrder,
  LossyPoint,
  LossyReceipt,
  LossyReport,
  LossyResult,
} from '../../core/lossyViews.ts';
import type { ModelTest } from '../../core/modelTests/modelTest.ts';
import type { TestResult } from '../../core/modelTests/testResult.ts';
import type { Run } from '../../core/ports/run.ts';
import { createModels } from '../create/createModels.ts';
import type { MadeModel } from '../create/creationFunction.ts';
import type { SettledModel } from '../create/creationExtras.ts';
import { effectiveTests } from '../modelTests/effectiveTests.ts';
import { testFunctionOf } from '../modelTests/functions/registry.ts';
import { keepResult } from '../modelTests/keptResults.ts';
import { keyOf } from '../modelTests/judge.ts';
import { Candidates, pointOf, type Candidate } from './candidates.ts';
import { dropInterrupted, jobOwner } from './dropInterrupted.ts';
import { checkModel, checkOptions, untested } from './checkLossy.ts';
import { lossyFunction } from './chooseBase.ts';
import { fileSubject } from './fileSubject.ts';
import type { StepChoice } from './lossyFunction.ts';
import { compareLossy, measureOriginal, worseText, type Measured } from './lossyTests.ts';
import type { LossyPorts } from './lossyPorts.ts';
import { openLossy, type OpenLossy } from './openLossy.ts';
import { searchLossy } from './searchLossy.ts';

/**
 * Makes lossy models of exact ones, parents first, so that a child's steps are counted from what a reader
 * will get of its parent. Each is the next version of its original, stored in one operation with its receipt,
 * and only if no test bound to the original is worse than its tolerance on the file that is stored. A model
 * that cannot be made so is told with its numbers, and nothing of it is stored; the others go on.
 *
 * All that are made are one step to undo. Cancelled, those that were made stay.
 *
 * @throws LineageError `lossy-refused` before anything is made, for a model that is lossy already or that no
 *   test can judge; `recipe-invalid` for an ε that is none; `node-missing`; and as `createModels`.
 * @throws AbortError once `run.signal` is aborted.
 */
export async function makeLossy(
  ports: LossyPorts,
  order: LossyOrder,
  run: Run,
): Promise<LossyReport> {
  checkOptions(order);
  await dropInterrupted(ports);
  const lineage = await ports.session.lineage();
  const nodes = parentsFirst(lineage, order.nodes);
  for (const id of nodes) checkModel(nodeOf(lineage, id), effectiveTests(lineage, id));
  const group = ports.newId();
  const results: LossyResult[] = [];
  let storedBytes = 0;
  for (const [done, id] of nodes.entries()) {
    const { name } = nodeOf(lineage, id);
    run.onProgress?.({ step: `Making ${name} lossy`, done, total: nodes.length, unit: 'models' });
    const { result, stored } = await makeOne(
      ports,
      id,
      { ...order, group },
      { signal: run.signal },
    );
    results.push(result);
    storedBytes += stored;
  }
  return { results, storedBytes };
}

/** Each node once, every one after all of them that are above it. */
function parentsFirst(lineage: Lineage, nodes: readonly NodeId[]): NodeId[] {
  const above = new Map(nodes.map((id) => [id, ancestors(lineage, [nodeOf(lineage, id).id])]));
  // What is above a node has fewer above it than the node.
  return [...above].sort(([, a], [, b]) => a.size - b.size).map(([id]) => id);
}

type GroupedOrder = LossyOrder & { readonly group: string };

async function makeOne(
  ports: LossyPorts,
  id: NodeId,
  order: GroupedOrder,
  run: Run,
): Promise<{ readonly result: LossyResult; readonly stored: number }> {
  const open = await openLossy(ports, id, run);
  const { node } = open.original;
  const tests = effectiveTests(await ports.session.lineage(), id);
  const subject = { model: open.original, stored: true };
  const measured = await measureOriginal(ports, tests, subject, order.device, run);
  if (measured.length === 0) throw untested(node, 'none of its tests can be run on it');
  const candidates = new Candidates(ports, open, run);
  const { candidate, tests: rows } = await searchLossy(candidates, measured, order);
  const point = pointOf(open, candidate, rows);
  const because = reasons(candidate, point);
  if (because.length > 0)
    return { result: { is: 'rejected', original: id, name: node.name, because, point }, stored: 0 };
  return store(ports, { open, candidate, measured, order }, run);
}

function reasons({ trials }: Candidate, { tests }: LossyPoint): string[] {
  if (trials.length === 0) return ['no tensor would take less'];
  return tests.filter(({ worse }) => worse).map(worseText);
}

interface Storing {
  readonly open: OpenLossy;
  readonly candidate: Candidate;
  readonly measured: readonly Measured[];
  readonly order: GroupedOrder;
}

/** Ends a creation whose file does not pass: nothing of it is stored. */
class Rejected extends Error {
  readonly point: LossyPoint;

  constructor(point: LossyPoint) {
    super('rejected');
    this.point = point;
  }
}

async function store(
  ports: LossyPorts,
  storing: Storing,
  run: Run,
): Promise<{ readonly result: LossyResult; readonly stored: number }> {
  const { open, order } = storing;
  const { node } = open.original;
  const kept: { receipt?: LossyReceipt; results?: ReadonlyMap<ModelTest, TestResult> } = {};
  try {
    const report = await createModels(ports, orderOf(storing), run, () => undefined, {
      title: `Made ${node.name} lossy`,
      group: order.group,
      owner: `${jobOwner}${order.group}`,
      settle: async (made) => {
        const settled = await settle(ports, storing, made, run);
        kept.receipt = settled.receipt;
        kept.results = settled.results;
        return settled.models;
      },
    });
    const [model] = report.models;
    if (model === undefined || kept.receipt === undefined) throw new Error('nothing was made');
    await keepResults(ports, model.id, kept.results ?? new Map());
    const { receipt } = kept;
    return {
      result: { is: 'made', original: node.id, node: model.id, name: model.name, receipt },
      stored: report.storedBytes,
    };
  } catch (error) {
    if (!(error instanceof Rejected)) throw error;
    const { point } = error;
    const because = point.tests.filter(({ worse }) => worse).map(worseText);
    return {
      result: { is: 'rejected', original: node.id, name: node.name, because, point },
      stored: 0,
    };
  }
}

function orderOf({ open, candidate, measured }: Storing): CreateOrder {
  const { original, base } = open;
  const isBased = candidate.trials.some(({ based }) => based);
  const steps = candidate.trials.flatMap(({ tensor, step, based }) =>
    tensor.names.map((name): StepChoice => [
      name,
      step,
      based ? (tensor.base?.name ?? null) : null,
    ]),
  );
  return {
    function: lossyFunction,
    parents: [original.node.id, ...(isBased && base !== undefined ? [base.node.id] : [])],
    arguments: {
      quantiser: candidate.options.quantiser,
      epsilon: candidate.options.epsilon,
      tests: JSON.stringify(measured.map(({ test }) => test.name)),
      steps: JSON.stringify(steps),
    },
  };
}

/** Tests the file that is to be stored, and writes the receipt. @throws Rejected. */
async function settle(
  ports: LossyPorts,
  { open, candidate, measured, order }: Storing,
  made: readonly MadeModel[],
  run: Run,
): Promise<{
  readonly models: readonly SettledModel[];
  readonly receipt: LossyReceipt;
  readonly results: ReadonlyMap<ModelTest, TestResult>;
}> {
  const [model] = made;
  if (model === undefined) throw new Error('a lossy model that was not made');
  const { node } = open.original;
  const subject = await fileSubject(ports, node, model, run);
  const { rows, results } = await compareLossy(ports, measured, subject, order.device, run);
  const point = pointOf(open, candidate, rows);
  if (point.passes !== true) throw new Rejected(point);
  const receipt = receiptOf(ports, open, candidate, point);
  const settled = { ...model, outcome: { lossy: receipt } };
  return { models: [{ made: settled, revises: [node.id], tags: node.tags }], receipt, results };
}

function receiptOf(
  { now }: LossyPorts,
  { original, base }: OpenLossy,
  { trials }: Candidate,
  point: LossyPoint,
): LossyReceipt {
  const isBased = trials.some(({ based }) => based);
  const { options, rawBytes, losslessBytes, lossyBytes, maxError, meanError } = point;
  return {
    options,
    rawBytes,
    losslessBytes,
    lossyBytes,
    maxError,
    meanError,
    exactTensors: point.exactTensors,
    // What was no number before says nothing, and no record holds it.
    tests: point.tests.filter(
      ({ before, after }) => Number.isFinite(before) && Number.isFinite(after),
    ),
    passes: true,
    original: original.node.id,
    originalSnapshot: original.node.snapshot,
    ...(isBased && base !== undefined ? { base: base.node.id } : {}),
    codec: 'steps',
    steps: trials.map(({ tensor: { name }, step }) => ({ name, step })),
    at: now(),
  };
}

/** What the file gave is what the stored model gives. */
async function keepResults(
  ports: LossyPorts,
  id: NodeId,
  results: ReadonlyMap<ModelTest, TestResult>,
): Promise<void> {
  const node = nodeOf(await ports.session.lineage(), id);
  for (const [test, result] of results) {
    if (result.verdict === 'error') continue;
    const key = await keyOf(ports, testFunctionOf(test.function), test, { model: { node } });
    await keepResult(ports, key, { ...result, snapshot: node.snapshot });
  }
}
