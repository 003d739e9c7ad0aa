import type { NodeId, TestId } from '../../core/ids.ts';
import { addTest, editTest, removeTest, testOf } from '../../core/modelTests/editTests.ts';
import { exportResults, type ResultFormat } from '../../core/modelTests/exportResults.ts';
import type { ModelTest } from '../../core/modelTests/modelTest.ts';
import { type Run, unwatched } from '../../core/ports/run.ts';
import { defaultsOf } from '../../core/recipe/checkArguments.ts';
import type {
  NodeResult,
  TestBoard,
  TestFunctionView,
  TestOrder,
  TestRunOrder,
  TestRunReport,
} from '../../core/testViews.ts';
import { parentModel } from '../create/parentModel.ts';
import { effectiveTests } from './effectiveTests.ts';
import { testFunctions } from './functions/registry.ts';
import { judgeOf } from './judge.ts';
import { runTests } from './runTests.ts';
import { settleTest } from './settleTest.ts';
import { testBoard } from './testBoard.ts';
import type { TestPorts } from './testPorts.ts';

/** The part of the lineage service that tests models. */
export function testService(ports: TestPorts) {
  // Another tab may have kept results together with its change of the graph.
  ports.session.subscribe((what) => {
    if (what === 'lineage') ports.tested.forgetResults();
  });
  return {
    functions: (nodes: readonly NodeId[]) => listFunctions(ports, nodes),
    save: (order: TestOrder) => saveTest(ports, order),
    remove: async (id: TestId): Promise<void> => {
      await ports.session.commit((now) => removeTest(now, id));
    },
    testsOf: async (node: NodeId): Promise<readonly ModelTest[]> =>
      effectiveTests(await ports.session.lineage(), node),
    run: (
      order: TestRunOrder,
      run: Run,
      onResult: (result: NodeResult) => void,
    ): Promise<TestRunReport> => runTests(ports, order, run, onResult),
    try: (order: TestOrder, node: NodeId, run: Run): Promise<NodeResult> =>
      tryTest(ports, order, node, run),
    board: (): Promise<TestBoard> => testBoard(ports),
    export: (format: ResultFormat, nodes: readonly NodeId[] | undefined) =>
      exportTests(ports, format, nodes),
  };
}

async function listFunctions(
  ports: TestPorts,
  ids: readonly NodeId[],
): Promise<TestFunctionView[]> {
  const models = await Promise.all(ids.map((id) => parentModel(ports, id, unwatched)));
  return Promise.all(
    testFunctions.map(async (fn): Promise<TestFunctionView> => {
      const { id, version, title, summary, data, schema } = fn;
      const metrics = fn.metrics(defaultsOf(schema));
      const view = { id, version, title, summary, data, schema, metrics };
      for (const model of models) {
        const unfit = await fn.unfit(model);
        if (unfit !== undefined) return { ...view, unfit };
      }
      return view;
    }),
  );
}

/** @throws LineageError `test-invalid`, `test-missing`, `name-taken`, `name-invalid`, `function-missing`. */
async function saveTest(ports: TestPorts, order: TestOrder): Promise<TestId> {
  const id = order.id ?? (ports.newId() as TestId);
  const at = ports.now();
  await ports.session.commit((now) => {
    if (order.id !== undefined) testOf(now, order.id);
    const test = settleTest(now, order, { id, at });
    return order.id === undefined ? addTest(now, test) : editTest(now, test);
  });
  return id;
}

/**
 * Runs a test as it is written, without keeping it or its result.
 *
 * @throws LineageError `test-invalid`, `function-missing`, `node-missing`.
 */
async function tryTest(
  ports: TestPorts,
  order: TestOrder,
  node: NodeId,
  run: Run,
): Promise<NodeResult> {
  const id = order.id ?? (ports.newId() as TestId);
  const test = settleTest(await ports.session.lineage(), order, { id, at: ports.now() });
  const subject = { model: await parentModel(ports, node, run), stored: false };
  return { ...(await judgeOf(ports)(test, subject, {}, run)), node };
}

async function exportTests(
  ports: TestPorts,
  format: ResultFormat,
  nodes: readonly NodeId[] | undefined,
): Promise<string> {
  const lineage = await ports.session.lineage();
  const { results, metrics } = await testBoard(ports);
  const wanted = nodes === undefined ? undefined : new Set(nodes);
  return exportResults(
    format,
    results.flatMap((result) => {
      const test = lineage.tests.get(result.test);
      const node = lineage.nodes.get(result.node);
      if (test === undefined || node === undefined || wanted?.has(result.node) === false) return [];
      return [{ model: node.name, test, metrics: metrics[test.id] ?? [], result }];
    }),
  );
}
