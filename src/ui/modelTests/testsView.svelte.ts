import type { NodeId, TestId } from '../../core/ids.ts';
import type { ModelNode } from '../../core/lineage/graph.ts';
import type { Metric, ModelTest } from '../../core/modelTests/modelTest.ts';
import type { NodeResult } from '../../core/testViews.ts';
import type { DeviceChoice } from '../../core/training/trainJob.ts';
import type { Session } from '../session.svelte.ts';
import { indexBoard, type BoardIndex } from './boardIndex.ts';
import { family, modelsBound, modelsOfTest } from './boundModels.ts';
import { mainMetric } from './metricText.ts';
import { sortedRows, type RowOrder } from './sortRows.ts';

/** Which models the view is about. */
export type Scope = 'all' | 'these' | 'below';

/** A column of the table. */
export interface TestColumn {
  readonly test: ModelTest;
  readonly metrics: readonly Metric[];
  /** The number that stands in the cells. */
  readonly main: Metric | undefined;
}

/** The parts of the view. */
export type TestsTab = 'results' | 'timeline' | 'definitions';

/** What was current while this page is open, to be shown faded once it is not. */
const seen = new WeakMap<Session, Map<string, NodeResult>>();

function seenOf(session: Session): Map<string, NodeResult> {
  const known = seen.get(session) ?? new Map<string, NodeResult>();
  seen.set(session, known);
  return known;
}

/** State of the view of tests. Made while a component is being set up. */
export class TestsState {
  readonly session: Session;
  readonly #given: () => readonly NodeId[] | undefined;
  scope = $state<Scope>('all');
  tab = $state<TestsTab>('results');
  order = $state.raw<RowOrder>({ by: 'lineage', down: false });
  device = $state<DeviceChoice>('auto');
  chosen = $state.raw<{ readonly node: NodeId; readonly test: TestId } | undefined>(undefined);

  constructor(session: Session, given: () => readonly NodeId[] | undefined) {
    this.session = session;
    this.#given = given;
    // A selection that was there before is offered, not meant.
    if (this.#given() !== undefined && this.these.length > 0) this.scope = 'these';
  }

  /** Models that the view was opened with, else the selected ones. */
  readonly these: readonly NodeId[] = $derived.by(() =>
    (this.#given() ?? this.session.selection).filter((id) => this.session.nodes.has(id)),
  );
  readonly index: BoardIndex = $derived.by(() =>
    indexBoard(this.session.board, seenOf(this.session)),
  );
  readonly nodes: ReadonlySet<NodeId> = $derived.by(() => this.#nodesOf(this.scope));
  readonly below: number = $derived.by(() => this.#nodesOf('below').size);
  readonly tests: readonly ModelTest[] = $derived.by(() => this.session.graph.tests);
  readonly columns: readonly TestColumn[] = $derived.by(() => this.#columns());
  readonly rows: readonly ModelNode[] = $derived.by(() =>
    sortedRows(
      this.session.graph,
      this.session.graph.nodes.filter(({ id }) => this.nodes.has(id)),
      this.order,
      (node, test) => this.valueOf(node, test),
    ),
  );
  readonly stale: number = $derived.by(
    () => (this.session.board?.stale ?? []).filter(({ node }) => this.nodes.has(node)).length,
  );
  readonly findings = $derived.by(() =>
    (this.session.board?.findings ?? []).filter(({ node }) => this.nodes.has(node)),
  );

  /** The number that stands in a cell. */
  readonly valueOf = (node: NodeId, test: TestId): number | undefined => {
    const { main } = this.columns.find((column) => column.test.id === test) ?? {};
    const result = this.index.cell(node, test)?.result;
    return main === undefined ? undefined : result?.metrics[main.name];
  };

  #nodesOf(scope: Scope): ReadonlySet<NodeId> {
    const { graph } = this.session;
    if (scope === 'all' || this.these.length === 0) return modelsBound({ is: 'all' }, graph);
    return family(scope === 'these' ? [] : graph.edges, this.these);
  }

  /** Tests that are bound to a model here or have a result for one. */
  #columns(): readonly TestColumn[] {
    const { graph } = this.session;
    const nodes = [...this.nodes];
    return this.tests
      .filter((test) => {
        if (this.scope === 'all') return true;
        const bound = modelsOfTest(test, graph);
        return nodes.some((id) => bound.has(id) || this.index.cell(id, test.id) !== undefined);
      })
      .map((test) => {
        const metrics = this.index.metrics(test.id);
        return { test, metrics, main: mainMetric(test, metrics) };
      });
  }
}
