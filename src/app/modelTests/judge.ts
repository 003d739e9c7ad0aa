import { LineageError, isLineageError, type FailureCode } from '../../core/lineageError.ts';
import type { ModelTest } from '../../core/modelTests/modelTest.ts';
import { missingMetric, verdictOf } from '../../core/modelTests/rules.ts';
import type { TestDetails, TestResult } from '../../core/modelTests/testResult.ts';
import type { Run } from '../../core/ports/run.ts';
import { checkArguments } from '../../core/recipe/checkArguments.ts';
import type { DeviceChoice } from '../../core/training/trainJob.ts';
import { reportedError } from '../reportedError.ts';
import { crossCheck } from './crossCheck.ts';
import { testFunctionOf } from './functions/registry.ts';
import { currentResult, keepResult, keptResults } from './keptResults.ts';
import { resultKeys } from './resultKeys.ts';
import { SiblingChecks } from './siblingChecks.ts';
import { testContext, type Witness } from './testContext.ts';
import type { TestBackend, TestFunction } from './testFunction.ts';
import type { TestPorts } from './testPorts.ts';
import type { Judge, TestSubject } from './testSubject.ts';

/** Failures that say something of model, test and data, and would be the same at another try. */
const lasting: readonly FailureCode[] = ['data-unfit', 'network-unsupported', 'script-failed'];

/**
 * Runs tests and keeps the results of stored models by content; a current one is not measured again.
 * One judge serves one run of tests: it knows which siblings were checked on the other backend already.
 * Without a wish a test of record runs on wasm, whose bits do not depend on the machine's GPU.
 */
export function judgeOf(ports: TestPorts): Judge {
  const siblings = new SiblingChecks();
  return async (test, subject, { device, again = false }, run) => {
    const { node } = subject.model;
    const started = ports.now();
    const base = {
      test: test.id,
      testVersion: test.version,
      functionVersion: test.functionVersion,
      snapshot: node.snapshot,
      ...(test.data === undefined ? {} : { data: test.data.dataset }),
    };
    const failed = (error: unknown, backend: string): TestResult => ({
      ...base,
      verdict: 'error',
      metrics: {},
      error: reportedError(error),
      backend,
      at: ports.now(),
      ms: ports.now() - started,
    });
    run.signal.throwIfAborted();
    const fn = functionOf(test);
    if (fn instanceof LineageError) return failed(fn, 'none');
    const backend = backendOf(fn, test, device);
    const key = await keyOf(ports, fn, test, subject);
    if (subject.stored && !again) {
      const known = currentResult(await keptResults(ports, node.snapshot), key, test, backend);
      if (known !== undefined) return known;
    }
    const result = await measured(ports, { fn, test, subject, backend, siblings }, run)
      .then((part): TestResult => ({
        ...base,
        ...part,
        at: ports.now(),
        ms: ports.now() - started,
      }))
      .catch((error: unknown) => {
        if (isAbort(error) || run.signal.aborted) throw error;
        return failed(error, backend);
      });
    if (subject.stored && mayKeep(result)) await keepResult(ports, key, result);
    return result;
  };
}

/** The key under which a test's result for a node is kept. */
export async function keyOf(
  ports: Pick<TestPorts, 'session'>,
  fn: TestFunction,
  test: ModelTest,
  { model: { node } }: { readonly model: Pick<TestSubject['model'], 'node'> },
): Promise<string> {
  return resultKeys(await ports.session.lineage())(fn, test, node);
}

function functionOf(test: ModelTest): TestFunction | LineageError {
  try {
    return testFunctionOf(test.function);
  } catch (error) {
    if (isLineageError(error, 'function-missing')) return error;
    throw error;
  }
}

function backendOf(
  fn: TestFunction,
  test: ModelTest,
  device: DeviceChoice | undefined,
): TestBackend {
  const own = fn.backend?.(test.arguments);
  if (own !== undefined) return own;
  return device === undefined || device === 'auto' ? 'wasm' : device;
}

interface Measuring {
  readonly fn: TestFunction;
  readonly test: ModelTest;
  readonly subject: TestSubject;
  readonly backend: TestBackend;
  readonly siblings: SiblingChecks;
}

async function measured(
  ports: TestPorts,
  { fn, test, subject, backend, siblings }: Measuring,
  run: Run,
): Promise<
  Omit<TestResult, 'test' | 'testVersion' | 'functionVersion' | 'snapshot' | 'at' | 'ms'>
> {
  const args = checkArguments(fn.id, fn.schema, test.arguments);
  const unfit = await fn.unfit(subject.model);
  if (unfit !== undefined) throw new LineageError('data-unfit', { reason: unfit });
  const witness: Witness = {};
  const context = testContext(ports, { test, args, backend }, subject, run, witness);
  const { metrics, details, examples } = await fn.run(context);
  const missing = missingMetric(test.success, metrics);
  if (missing !== undefined)
    throw new LineageError('data-unfit', {
      reason: `"${missing}", which a rule names, cannot be found on this data`,
    });
  const { predicted, fed } = witness;
  const check =
    predicted === undefined
      ? undefined
      : await crossCheck(ports, predicted, { siblings, test: test.id }, run);
  const all = detailsOf(details, fed?.settled.from, typeof check === 'string' ? check : undefined);
  const used = predicted !== undefined || fn.backend !== undefined ? backend : 'none';
  return {
    verdict: verdictOf(test, metrics),
    metrics,
    backend: used,
    ...(await adapterOf(ports, used)),
    ...(all === undefined ? {} : { details: all }),
    ...(examples === undefined ? {} : { examples }),
    ...(typeof check === 'object' ? { crossCheck: check } : {}),
  };
}

function detailsOf(
  details: TestDetails | undefined,
  fed: TestDetails['fed'],
  unchecked: string | undefined,
): TestDetails | undefined {
  if (details === undefined && fed === undefined && unchecked === undefined) return undefined;
  const findings = [...(details?.findings ?? []), ...(unchecked === undefined ? [] : [unchecked])];
  return {
    ...details,
    ...(fed === undefined ? {} : { fed }),
    ...(findings.length === 0 ? {} : { findings }),
  };
}

async function adapterOf(ports: TestPorts, backend: string): Promise<{ adapter?: string }> {
  if (backend !== 'webgpu') return {};
  const { webgpu } = await ports.compute.describe();
  return webgpu.is === 'ready' ? { adapter: webgpu.adapter } : {};
}

function mayKeep({ error }: TestResult): boolean {
  return error === undefined || lasting.some((code) => code === error.code);
}

function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError';
}
