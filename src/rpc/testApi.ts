import type { NodeId, TestId } from '../core/ids.ts';
import type { ResultFormat } from '../core/modelTests/exportResults.ts';
import type { ModelTest } from '../core/modelTests/modelTest.ts';
import type { Cancellation, Progress } from '../core/ports/run.ts';
import type {
  NodeResult,
  TestBoard,
  TestFunctionView,
  TestOrder,
  TestRunOrder,
  TestRunReport,
} from '../core/testViews.ts';

/** What the lineage worker does for the page about testing models. */
export interface TestApi {
  /** The test functions, as they fit these models. */
  testFunctions(nodes: readonly NodeId[]): Promise<TestFunctionView[]>;
  /** Adds a test, or edits the one of the order's id. @throws LineageError `test-invalid`, `name-taken`. */
  saveTest(order: TestOrder): Promise<TestId>;
  removeTest(id: TestId): Promise<void>;
  /** The tests bound to a model. */
  testsOf(node: NodeId): Promise<readonly ModelTest[]>;
  /** Runs tests; each result is told as soon as it is kept. */
  runTests(
    order: TestRunOrder,
    signal: Cancellation,
    onProgress: (progress: Progress) => void,
    onResult: (result: NodeResult) => void,
  ): Promise<TestRunReport>;
  /** Runs a test as it is written on one model; neither it nor its result is kept. */
  tryTest(
    order: TestOrder,
    node: NodeId,
    signal: Cancellation,
    onProgress: (progress: Progress) => void,
  ): Promise<NodeResult>;
  testBoard(): Promise<TestBoard>;
  /** Current results as the text of a file; of all models when undefined. */
  exportTests(format: ResultFormat, nodes: readonly NodeId[] | undefined): Promise<string>;
}
