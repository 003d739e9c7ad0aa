import type { NodeId, TestId } from '../core/ids.ts';
import { LineageError } from '../core/lineageError.ts';
import type { ResultFormat } from '../core/modelTests/exportResults.ts';
import type { Binding, ModelTest, TestData } from '../core/modelTests/modelTest.ts';
import type { TestResult } from '../core/modelTests/testResult.ts';
import type { DeviceChoice } from '../core/training/trainJob.ts';
import type * as views from '../core/testViews.ts';
import type { LineageApi } from '../rpc/api.ts';
import { run, type LongCall } from './longCall.ts';
import { names, type NamedDataset, type NamedModel } from './named.ts';

/** A test by its id or its name. */
export type NamedTest = TestId | (string & {});

/** A test as a script writes it: data sets and models by id or name. */
export interface TestWish extends Omit<views.TestOrder, 'id' | 'data' | 'bindings'> {
  /** The test that is edited; a new one when absent. */
  readonly id?: NamedTest;
  /** A data set, or one with part, slice and disturbances. */
  readonly data?:
    NamedDataset | (Partial<Omit<TestData, 'dataset'>> & { readonly dataset: NamedDataset });
  /** All models unless given; `node` by id or name. */
  readonly bindings?: readonly Binding[];
}

export interface TestCall extends LongCall {
  /** Runs again what has a current result. */
  readonly again?: boolean;
  readonly device?: DeviceChoice;
  /** Called with each result as soon as it is kept. */
  readonly onResult?: (result: views.NodeResult) => void;
}

/**
 * Testing models, for scripts.
 *
 * Source: docs/api.md.
 */
export interface TestMgit {
  /** The test functions, as they fit these models. */
  testFunctions(models?: readonly NamedModel[]): Promise<views.TestFunctionView[]>;
  /** The tests of the lineage. */
  tests(): Promise<readonly ModelTest[]>;
  /** Adds a test, or edits the one named by `id`. */
  saveTest(test: TestWish): Promise<TestId>;
  removeTest(test: NamedTest): Promise<void>;
  /** The tests bound to a model. */
  testsOf(model: NamedModel): Promise<readonly ModelTest[]>;
  /** Runs tests on models: those named, or all that are bound to each. */
  test(
    models: NamedModel | readonly NamedModel[],
    tests?: readonly NamedTest[],
    call?: TestCall,
  ): Promise<views.TestRunReport & { readonly results: readonly TestResult[] }>;
  /** Runs a test as it is written on one model; neither it nor its result is kept. */
  tryTest(test: TestWish, model: NamedModel, call?: LongCall): Promise<views.NodeResult>;
  /** Where each model stands: results, what is stale, regressions, disagreeing backends. */
  testBoard(): Promise<views.TestBoard>;
  /** Current results as a file's text; of all models unless given. */
  exportTests(format: ResultFormat, models?: readonly NamedModel[]): Promise<string>;
}

/** The calls about testing models over the wire to the lineage worker. */
export function testCalls(lineage: LineageApi): TestMgit {
  const find = names(() => lineage.graph());
  const testId = async (named: NamedTest): Promise<TestId> => {
    const { tests } = await lineage.graph();
    const found = tests.find(({ id }) => id === named) ?? tests.find(({ name }) => name === named);
    if (found === undefined) throw new LineageError('test-missing', { test: named });
    return found.id;
  };
  const bound = async (binding: Binding): Promise<Binding> =>
    binding.is === 'node' ? { ...binding, node: await find.model(binding.node) } : binding;
  const ordered = async ({ id, data, bindings, ...rest }: TestWish): Promise<views.TestOrder> => {
    const given = typeof data === 'string' ? { dataset: data } : data;
    const all: readonly Binding[] = bindings ?? [{ is: 'all' }];
    return {
      ...rest,
      ...(id === undefined ? {} : { id: await testId(id) }),
      ...(given === undefined ? {} : { data: await dataOf(given) }),
      bindings: await Promise.all(all.map(bound)),
    };
  };
  const dataOf = async (given: Exclude<TestWish['data'], string | undefined>) => {
    const id = await find.dataset(given.dataset);
    const record = (await lineage.graph()).datasets.find((each) => each.id === id);
    if (record === undefined) throw new LineageError('dataset-missing', { dataset: given.dataset });
    const { snapshot, name, reading } = record;
    return { name, reading, ...given, dataset: snapshot };
  };
  return {
    testFunctions: async (models = []) => lineage.testFunctions(await find.models(models)),
    tests: async () => (await lineage.graph()).tests,
    saveTest: async (test) => lineage.saveTest(await ordered(test)),
    removeTest: async (test) => lineage.removeTest(await testId(test)),
    testsOf: async (model) => lineage.testsOf(await find.model(model)),
    test: async (models, tests, call = {}) => {
      const nodes: NodeId[] = await find.models(typeof models === 'string' ? [models] : models);
      const { again, device, onResult } = call;
      const results: views.NodeResult[] = [];
      const order = {
        nodes,
        ...(tests === undefined ? {} : { tests: await Promise.all(tests.map(testId)) }),
        ...(again === undefined ? {} : { again }),
        ...(device === undefined ? {} : { device }),
      };
      const report = await lineage.runTests(order, ...run(call), (result) => {
        results.push(result);
        onResult?.(result);
      });
      return { ...report, results };
    },
    tryTest: async (test, model, call = {}) =>
      lineage.tryTest(await ordered(test), await find.model(model), ...run(call)),
    testBoard: () => lineage.testBoard(),
    exportTests: async (format, models) =>
      lineage.exportTests(format, models && (await find.models(models))),
  };
}
