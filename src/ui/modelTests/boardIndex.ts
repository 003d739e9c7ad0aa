import type { NodeId, TestId } from '../../core/ids.ts';
import type { Metric } from '../../core/modelTests/modelTest.ts';
import type { NodeResult, TestBoard, TestFinding } from '../../core/testViews.ts';

export type Regression = Extract<TestFinding, { is: 'regression' }>;
export type Disagreement = Extract<TestFinding, { is: 'backends-disagree' }>;

/** What is known of a test on a model. */
export interface BoardCell {
  /** The current result, or the last that was seen where it is stale. */
  readonly result?: NodeResult;
  /** Bound, and without a current result. */
  readonly stale: boolean;
  readonly regressions: readonly Regression[];
  readonly disagreement?: Disagreement;
}

/** A board by model and test. */
export interface BoardIndex {
  cell(node: NodeId, test: TestId): BoardCell | undefined;
  metrics(test: TestId): readonly Metric[];
}

export const noMetrics: readonly Metric[] = [];

const nothing: BoardIndex = { cell: () => undefined, metrics: () => noMetrics };

const keyOf = (node: NodeId, test: TestId) => `${node} ${test}`;

/**
 * @param seen - results that were current while this page is open; those that are no more are shown
 *   faded. Written to.
 */
export function indexBoard(
  board: TestBoard | undefined,
  seen: Map<string, NodeResult> = new Map(),
): BoardIndex {
  if (board === undefined) return nothing;
  type Draft = { -readonly [Key in keyof BoardCell]: BoardCell[Key] } & {
    regressions: Regression[];
  };
  const cells = new Map<string, Draft>();
  for (const result of board.results) {
    const key = keyOf(result.node, result.test);
    seen.set(key, result);
    cells.set(key, { result, stale: false, regressions: [] });
  }
  for (const { node, test } of board.stale) {
    const before = seen.get(keyOf(node, test));
    cells.set(keyOf(node, test), {
      stale: true,
      regressions: [],
      ...(before === undefined ? {} : { result: before }),
    });
  }
  for (const finding of board.findings) {
    const cell = cells.get(keyOf(finding.node, finding.test));
    if (cell === undefined) continue;
    if (finding.is === 'regression') cell.regressions.push(finding);
    else cell.disagreement = finding;
  }
  return {
    cell: (node, test) => cells.get(keyOf(node, test)),
    metrics: (test) => board.metrics[test] ?? noMetrics,
  };
}
