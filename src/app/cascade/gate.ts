import type { CascadeComparison, CascadeItem } from '../../core/cascadeViews.ts';
import type { NodeId } from '../../core/ids.ts';
import { isLineageError, LineageError } from '../../core/lineageError.ts';
import type { ModelNode } from '../../core/lineage/graph.ts';
import type { Metric, ModelTest } from '../../core/modelTests/modelTest.ts';
import { isWorse } from '../../core/modelTests/regression.ts';
import type { TestResult, Verdict } from '../../core/modelTests/testResult.ts';
import type { Run } from '../../core/ports/run.ts';
import { checkArguments } from '../../core/recipe/checkArguments.ts';
import type { MadeModel } from '../create/creationFunction.ts';
import { parentModel } from '../create/parentModel.ts';
import { effectiveTests } from '../modelTests/effectiveTests.ts';
import { testFunctionOf } from '../modelTests/functions/registry.ts';
import { keyOf } from '../modelTests/judge.ts';
import { currentResult, keepResult, keptResults } from '../modelTests/keptResults.ts';
import { candidateSubject } from './candidateSubject.ts';
import type { CascadePorts } from './cascadePorts.ts';

/** What the tests bound to a model say of it and of what is to follow it. */
export interface GateOutcome {
  readonly comparisons: readonly CascadeComparison[];
  /** By test: what the candidate gave. */
  readonly results: readonly { readonly test: ModelTest; readonly result: TestResult }[];
}

/**
 * Runs the tests bound to a model on it, unless there are current results, and on the candidate.
 *
 * @throws AbortError; what goes wrong in a test is its verdict.
 */
export async function runGate(
  ports: CascadePorts,
  item: Pick<CascadeItem, 'id'>,
  old: NodeId,
  made: MadeModel,
  run: Run,
): Promise<GateOutcome> {
  const tests = effectiveTests(await ports.session.lineage(), old);
  const comparisons: CascadeComparison[] = [];
  const results: { test: ModelTest; result: TestResult }[] = [];
  if (tests.length === 0) return { comparisons, results };
  const before = { model: await parentModel(ports, old, run), stored: true };
  const candidate = candidateSubject(before.model.node, made);
  for (const test of tests) {
    const was = await ports.judge(test, before, {}, run);
    const now = await ports.judge(test, candidate, {}, run);
    results.push({ test, result: now });
    comparisons.push(...compareResults({ item: item.id, old, name: made.name }, test, was, now));
  }
  return { comparisons, results };
}

/** Keeps what a candidate gave as the results of the model that it became. */
export async function keepResults(
  ports: CascadePorts,
  id: NodeId,
  { results }: Pick<GateOutcome, 'results'>,
): Promise<void> {
  const node = (await ports.session.lineage()).nodes.get(id);
  if (node === undefined) return;
  for (const { test, result } of results) {
    if (result.verdict === 'error') continue;
    const fn = testFunctionOf(test.function);
    const key = await keyOf(ports, fn, test, { model: { node } });
    await keepResult(ports, key, { ...result, snapshot: node.snapshot });
  }
}

/**
 * Metric by metric; a test without metrics, or one that could not be run on either, is one row. What got
 * worse beyond its tolerance, passed and does not now, or can no longer be run, is a regression.
 */
export function compareResults(
  about: Pick<CascadeComparison, 'item' | 'old' | 'name'>,
  test: ModelTest,
  before: TestResult,
  after: TestResult,
): CascadeComparison[] {
  const verdicts = { before: before.verdict, after: after.verdict };
  const common = { ...about, test: test.id, testName: test.name, verdicts };
  const failed = before.verdict === 'pass' && after.verdict === 'fail';
  const broken = before.verdict !== 'error' && after.verdict === 'error';
  const metrics = metricsOf(test).filter(({ name }) => name in before.metrics);
  if (broken || metrics.length === 0)
    return [{ ...common, before: undefined, after: undefined, worse: failed || broken }];
  return metrics.map((metric) => {
    const [was, now] = [before.metrics[metric.name] as number, after.metrics[metric.name]];
    const worse = now === undefined || isWorse(metric, was, now);
    const { name, title, direction, unit } = metric;
    const measure = { title, direction, ...(unit === undefined ? {} : { unit }) };
    return { ...common, metric: name, measure, before: was, after: now, worse: worse || failed };
  });
}

/** The metrics of a test with its own tolerances; none where the function is not known. */
function metricsOf(test: ModelTest): Metric[] {
  try {
    const fn = testFunctionOf(test.function);
    return fn.metrics(checkArguments(fn.id, fn.schema, test.arguments)).map((metric) => ({
      ...metric,
      tolerance: test.tolerances[metric.name] ?? metric.tolerance,
    }));
  } catch (error) {
    if (isLineageError(error) && error instanceof LineageError) return [];
    throw error;
  }
}

/** What a test's current result says of a model; undefined where there is none. */
export async function currentVerdict(
  ports: CascadePorts,
  test: ModelTest,
  node: ModelNode,
): Promise<Verdict | undefined> {
  const fn = testFunctionOf(test.function);
  const key = await keyOf(ports, fn, test, { model: { node } });
  return currentResult(await keptResults(ports, node.snapshot), key, test)?.verdict;
}
