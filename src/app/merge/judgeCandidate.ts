import type { NodeId } from '../../core/ids.ts';
import { effectiveTests } from '../modelTests/effectiveTests.ts';
import type { MergePreview } from '../../core/mergeViews.ts';
import type { Metric, ModelTest } from '../../core/modelTests/modelTest.ts';
import { isWorse } from '../../core/modelTests/regression.ts';
import type { TestResult } from '../../core/modelTests/testResult.ts';
import type { NodeResult, TestFinding } from '../../core/testViews.ts';
import type { Run } from '../../core/ports/run.ts';
import type { DeviceChoice } from '../../core/training/trainJob.ts';
import type { MadeFile } from '../create/creationFunction.ts';
import { withWeights } from '../modelTests/testSubject.ts';
import type { MergePorts } from './mergePorts.ts';
import type { OpenMerge } from './openMerge.ts';

/**
 * Runs the tests bound to the base or a side on a merge that is not stored. It may not be worse than the
 * worse side on a test of both, or of the base, nor than a side on a test of that side alone.
 *
 * Source: reference §11, better rule 7.
 */
export async function judgeCandidate(
  ports: MergePorts,
  { parents }: OpenMerge,
  file: Extract<MadeFile, { readonly is: 'weights' }>,
  device: DeviceChoice | undefined,
  run: Run,
): Promise<MergePreview> {
  const tests = await boundTests(ports, parents);
  const subject = withWeights(file.of, file.tensors);
  const options = device === undefined ? {} : { device };
  const [results, before]: [NodeResult[], NodeResult[]] = [[], []];
  const findings: TestFinding[] = [];
  const because: string[] = [];
  for (const [index, { test, rivals }] of tests.entries()) {
    run.signal.throwIfAborted();
    run.onProgress?.({ step: `Testing ${test.name}`, done: index, total: tests.length, unit: 'steps' }); // prettier-ignore
    const result = await ports.judge(test, subject, options, run);
    results.push({ ...result, node: parents.x.node.id });
    const olds: NodeResult[] = [];
    for (const side of rivals) {
      const model = parents[side];
      const old = await ports.judge(test, { model, stored: true }, options, run);
      olds.push({ ...old, node: model.node.id });
    }
    before.push(...olds);
    const metrics = ports.metricsOf(test);
    const worse = regressions(metrics, olds, result, parents.x.node.id);
    findings.push(...worse);
    because.push(...worse.map((each) => worseText(test, metrics, each, rivals.length)));
    if (worse.length === 0 && failsNow(olds, result)) because.push(failText(test, result));
  }
  return {
    results,
    before,
    findings,
    accepted: because.length === 0,
    because,
    tests: tests.length,
  };
}

type Regression = Extract<TestFinding, { readonly is: 'regression' }>;

function worseText(
  test: ModelTest,
  metrics: readonly Metric[],
  { metric: name, before, after }: Regression,
  rivals: number,
): string {
  const title = metrics.find((metric) => metric.name === name)?.title ?? name;
  const short = (value: number) => (Number.isFinite(value) ? `${Number(value.toPrecision(4))}` : `${value}`); // prettier-ignore
  const than = rivals === 2 ? 'worse than both sides' : 'worse than the side that it is bound to';
  return `${test.name}: ${title} ${short(before)} → ${short(after)}, ${than}`;
}

const failText = ({ name }: ModelTest, { verdict }: TestResult): string =>
  verdict === 'fail'
    ? `${name} fails on the merge, and on neither side`
    : `${name} cannot be run on the merge`;

interface BoundTest {
  readonly test: ModelTest;
  /** The sides that the merge is measured against. */
  readonly rivals: readonly ('x' | 'y')[];
}

async function boundTests(ports: MergePorts, parents: OpenMerge['parents']): Promise<BoundTest[]> {
  const lineage = await ports.session.lineage();
  const of = (side: 'base' | 'x' | 'y') => effectiveTests(lineage, parents[side].node.id);
  const [ofX, ofY] = [of('x'), of('y')];
  const all = new Map([...of('base'), ...ofX, ...ofY].map((test) => [test.id, test]));
  return [...all.values()].map((test) => {
    const inX = ofX.some(({ id }) => id === test.id);
    const inY = ofY.some(({ id }) => id === test.id);
    if (inX === inY) return { test, rivals: ['x', 'y'] };
    return { test, rivals: [inX ? 'x' : 'y'] };
  });
}

/** Metrics in which the merge is worse than every rival: worse than the worse of them. */
function regressions(
  metrics: readonly Metric[],
  olds: readonly NodeResult[],
  result: TestResult,
  node: NodeId,
): Regression[] {
  return metrics.flatMap((metric): Regression[] => {
    const after = result.metrics[metric.name];
    const known = olds.flatMap((old) => {
      const value = old.metrics[metric.name];
      return value === undefined ? [] : [{ parent: old.node, before: value }];
    });
    if (after === undefined || known.length === 0) return [];
    if (!known.every(({ before }) => isWorse(metric, before, after))) return [];
    // The rival that it is nearest to: the worse of the two.
    const worst = known.reduce((a, b) => (isWorse({ ...metric, tolerance: none }, a.before, b.before) ? b : a)); // prettier-ignore
    const { parent, before } = worst;
    return [{ is: 'regression', node, parent, test: result.test, metric: metric.name, before, after }]; // prettier-ignore
  });
}

const none = { is: 'absolute', value: 0 } as const;

/** Whether the test does worse by its own verdict: it fails, or cannot be run, where no rival did. */
function failsNow(olds: readonly TestResult[], { verdict }: TestResult): boolean {
  if (verdict !== 'fail' && verdict !== 'error') return false;
  return !olds.some((old) => old.verdict === 'fail' || old.verdict === 'error');
}
