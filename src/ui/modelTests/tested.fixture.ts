import type { NodeId, TestId } from '../../core/ids.ts';
import type { GraphData } from '../../core/lineage/graph.ts';
import type { Metric, ModelTest } from '../../core/modelTests/modelTest.ts';
import type { NodeResult, TestBoard, TestFunctionView } from '../../core/testViews.ts';
import type { LineageApi } from '../../rpc/api.ts';
import { sampleGraph } from '../lineage.fixture.ts';
import { nodeId } from '../modelNode.fixture.ts';

/* A lineage with a test, and a worker that says what it is told to, for tests of the interface. */

export const accuracy: Metric = {
  name: 'accuracy',
  title: 'Accuracy',
  direction: 'max',
  tolerance: { is: 'absolute', value: 0.01 },
  unit: 'share',
};

/** A test bound to all models, passed from 90 % on. */
export const reads: ModelTest = {
  id: 't1' as TestId,
  name: 'Reads',
  version: 1,
  function: 'classification',
  functionVersion: 1,
  arguments: {},
  bindings: [{ is: 'all' }],
  success: [{ metric: 'accuracy', is: 'at-least', value: 0.9 }],
  tolerances: {},
  notes: '',
  createdAt: 0,
};

export const testedGraph = (tests: readonly ModelTest[] = [reads]): GraphData => ({
  ...sampleGraph(),
  tests: [...tests],
});

/** A result of the test `reads`. */
export function resultOf(node: number, value: number, extra: Partial<NodeResult> = {}): NodeResult {
  return {
    node: nodeId(node),
    test: reads.id,
    testVersion: 1,
    functionVersion: 1,
    snapshot: `s${node}` as never,
    verdict: value >= 0.9 ? 'pass' : 'fail',
    metrics: { accuracy: value },
    backend: 'wasm',
    at: 0,
    ms: 12,
    ...extra,
  };
}

export function boardOf(
  results: readonly NodeResult[],
  stale: readonly NodeId[] = [],
  findings: TestBoard['findings'] = [],
): TestBoard {
  return {
    results,
    stale: stale.map((node) => ({ node, test: reads.id })),
    findings,
    metrics: { [reads.id]: [accuracy] },
  };
}

export const functions: TestFunctionView[] = [
  { id: 'classification', version: 1, title: 'Classification', summary: 'Names the class.', data: 'needed', schema: {}, metrics: [accuracy] },
  { id: 'size', version: 1, title: 'Size', summary: 'Bytes of the files.', data: 'none', schema: {}, metrics: [] },
]; // prettier-ignore

/** What the worker answers about tests, with one board. */
export const testingApi = (board: () => TestBoard): Partial<LineageApi> => ({
  testBoard: () => Promise.resolve(board()),
  testFunctions: () => Promise.resolve(functions),
});
