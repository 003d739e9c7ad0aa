import type { LossyTest } from '../../core/lossyViews.ts';
import type { Metric, ModelTest, Tolerance } from '../../core/modelTests/modelTest.ts';
import { isWorse } from '../../core/modelTests/regression.ts';
import type { TestResult } from '../../core/modelTests/testResult.ts';
import type { Run } from '../../core/ports/run.ts';
import { checkArguments } from '../../core/recipe/checkArguments.ts';
import type { DeviceChoice } from '../../core/training/trainJob.ts';
import { testFunctionOf } from '../modelTests/functions/registry.ts';
import type { TestSubject } from '../modelTests/testSubject.ts';
import type { LossyPorts } from './lossyPorts.ts';

/** A test with what it gave for the original. */
export interface Measured {
  readonly test: ModelTest;
  readonly before: TestResult;
}

/** Runs tests on the original; those that cannot be run on it say nothing and are left out. */
export async function measureOriginal(
  ports: LossyPorts,
  tests: readonly ModelTest[],
  original: TestSubject,
  device: DeviceChoice | undefined,
  run: Run,
): Promise<Measured[]> {
  const measured: Measured[] = [];
  for (const test of tests) {
    const before = await ports.judge(test, original, deviceOf(device), run);
    if (before.verdict !== 'error') measured.push({ test, before });
  }
  return measured;
}

/** What tests give for a lossy candidate, beside what they gave for the original. */
export async function compareLossy(
  ports: LossyPorts,
  measured: readonly Measured[],
  candidate: TestSubject,
  device: DeviceChoice | undefined,
  run: Run,
): Promise<{ readonly rows: LossyTest[]; readonly results: Map<ModelTest, TestResult> }> {
  const rows: LossyTest[] = [];
  const results = new Map<ModelTest, TestResult>();
  for (const { test, before } of measured) {
    run.signal.throwIfAborted();
    const after = await ports.judge(test, candidate, deviceOf(device), run);
    results.set(test, after);
    rows.push(...rowsOf(test, before, after));
  }
  return { rows, results };
}

const deviceOf = (device: DeviceChoice | undefined) => (device === undefined ? {} : { device });

/** Metric by metric; a test that passed or ran and does not any more is worse as a whole. */
export function rowsOf(test: ModelTest, before: TestResult, after: TestResult): LossyTest[] {
  const failed = (before.verdict === 'pass' && after.verdict === 'fail') || after.verdict === 'error'; // prettier-ignore
  const metrics = metricsOf(test).filter(({ name }) => name in before.metrics);
  if (metrics.length === 0)
    return [
      {
        test: test.name,
        metric: 'passes',
        before: before.verdict === 'fail' ? 0 : 1,
        after: failed || after.verdict === 'fail' ? 0 : 1,
        worse: failed,
        tolerance: 'none',
      },
    ];
  return metrics.map((metric) => {
    const [was, now] = [before.metrics[metric.name] as number, after.metrics[metric.name] ?? NaN];
    return {
      test: test.name,
      metric: metric.title,
      before: was,
      after: now,
      worse: failed || isWorse(metric, was, now),
      tolerance: toleranceText(metric.tolerance),
    };
  });
}

function metricsOf(test: ModelTest): Metric[] {
  const fn = testFunctionOf(test.function);
  return fn.metrics(checkArguments(fn.id, fn.schema, test.arguments)).map((metric) => ({
    ...metric,
    tolerance: test.tolerances[metric.name] ?? metric.tolerance,
  }));
}

function toleranceText({ is, value }: Tolerance): string {
  return is === 'relative' ? `${value} of the value before` : String(value);
}

/** For people: "reads digits: Accuracy 0.97 → 0.91 (tolerance 0.02 of the value before)". */
export function worseText({ test, metric, before, after, tolerance }: LossyTest): string {
  const short = (value: number) => (Number.isFinite(value) ? String(Number(value.toPrecision(4))) : 'no number'); // prettier-ignore
  return `${test}: ${metric} ${short(before)} → ${short(after)} (tolerance ${tolerance})`;
}
