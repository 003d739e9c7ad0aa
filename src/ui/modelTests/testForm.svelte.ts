import type { NodeId } from '../../core/ids.ts';
import { isLineageError } from '../../core/lineageError.ts';
import type { Binding, Metric, SuccessRule, Tolerance } from '../../core/modelTests/modelTest.ts';
import { readMetrics } from '../../core/modelTests/scriptMetrics.ts';
import type { Arguments, Json } from '../../core/recipe/recipe.ts';
import type { NodeResult, TestFunctionView } from '../../core/testViews.ts';
import { valueOf } from '../create/schemaValues.ts';
import { Loaded } from '../loaded.svelte.ts';
import type { TestWish } from '../mgitTests.ts';
import type { Session } from '../session.svelte.ts';
import { modelsOfTest } from './boundModels.ts';
import { freeName, startOf, wishOf, type DataDraft } from './formValues.ts';
import { missingOf, problemOf, type FieldProblem } from './formProblem.ts';
import type { TestStart } from './startTest.ts';

/** The state of the form of a test. Made while a component is being set up. */
export class TestForm {
  readonly #session: Session;
  readonly id: TestStart['id'];
  name = $state('');
  function = $state<string>('classification');
  args = $state.raw<Arguments>({});
  data = $state.raw<DataDraft | undefined>(undefined);
  bindings = $state.raw<readonly Binding[]>([]);
  success = $state.raw<readonly SuccessRule[]>([]);
  tolerances = $state.raw<Readonly<Record<string, Tolerance>>>({});
  notes = $state('');
  /** Fields whose text is no value. */
  broken = $state.raw<readonly string[]>([]);
  /** The model that the test is tried on. */
  sample = $state<NodeId>();
  tried = $state.raw<NodeResult | undefined>(undefined);
  failure = $state.raw<unknown>(undefined);
  working = $state<'no' | 'saving' | 'trying'>('no');

  readonly functions: Loaded<TestFunctionView[]>;
  readonly view: TestFunctionView | undefined = $derived.by(() =>
    this.functions.state.is === 'ready'
      ? this.functions.state.value.find(({ id }) => id === this.function)
      : undefined,
  );
  readonly metrics: readonly Metric[] = $derived.by(() => this.#metrics());
  readonly bound: ReadonlySet<NodeId> = $derived.by(() =>
    modelsOfTest({ bindings: this.bindings }, this.#session.graph),
  );
  readonly proposedName: string = $derived.by(() =>
    freeName(this.view?.title, this.data, this.#session.graph.tests),
  );
  readonly wish: TestWish = $derived.by(() => wishOf(this));
  readonly problem: FieldProblem | undefined = $derived(problemOf(this.failure));
  /** What is still to do before it can be saved; empty when nothing is. */
  readonly missing: string = $derived.by(() =>
    missingOf(this, this.#session.graph.datasets.length > 0),
  );

  constructor(session: Session, start: TestStart) {
    this.#session = session;
    this.id = start.id;
    Object.assign(this, startOf(session, start));
    this.sample = session.selection[0] ?? [...this.bound][0] ?? session.graph.nodes[0]?.id;
    this.functions = new Loaded(() =>
      session.mgit.testFunctions(this.sample === undefined ? [] : [this.sample]),
    );
  }

  readonly choose = (fn: TestFunctionView): void => {
    if (fn.id === this.function) return;
    this.function = fn.id;
    this.args = {};
    this.broken = [];
    this.success = [];
    this.tolerances = {};
    this.tried = undefined;
    this.failure = undefined;
    const [record] = this.#session.graph.datasets;
    if (fn.data === 'none') this.data = undefined;
    else if (fn.data === 'needed' && this.data === undefined && record !== undefined)
      this.data = { record, part: 'test', perturb: [], seed: 1 };
  };

  /** An argument that is a text, as it is set or by default. */
  readonly text = (key: string): string => {
    const value = valueOf(this.view?.schema ?? {}, key, this.args);
    return typeof value === 'string' ? value : '';
  };

  readonly set = (field: string, value: Json): void => {
    this.args = { ...this.args, [field]: value };
    this.markBroken(field, false);
  };

  readonly markBroken = (field: string, broken: boolean): void => {
    if (this.broken.includes(field) === broken) return;
    this.broken = broken ? [...this.broken, field] : this.broken.filter((one) => one !== field);
  };

  /** Why a field is refused; empty when it is not. */
  readonly problemAt = (...fields: readonly string[]): string =>
    this.problem !== undefined && fields.includes(this.problem.field) ? this.problem.reason : '';

  /** The number of a metric on the model that it is tried on, where it is known. */
  readonly known = (metric: string): number | undefined => {
    const tried = this.tried?.metrics[metric];
    if (tried !== undefined || this.id === undefined) return tried;
    const kept = this.#session.board?.results.find(
      ({ node, test }) => node === this.sample && test === this.id,
    );
    return kept?.metrics[metric];
  };

  readonly tryOut = async (signal: AbortSignal): Promise<void> => {
    const { sample } = this;
    if (sample === undefined) return;
    this.failure = undefined;
    this.working = 'trying';
    try {
      // What a test is called does not matter before it is saved.
      this.tried = await this.#session.mgit.tryTest(this.wish, sample, { signal });
    } catch (error) {
      if (!signal.aborted) this.failure = error;
    } finally {
      this.working = 'no';
    }
  };

  #metrics(): readonly Metric[] {
    const { view } = this;
    if (view === undefined) return [];
    if (view.id === 'script') {
      try {
        return readMetrics(this.text('metrics'));
      } catch (error) {
        if (isLineageError(error)) return [];
        throw error;
      }
    }
    const kept = this.id === undefined ? undefined : this.#session.board?.metrics[this.id];
    const before = this.#session.graph.tests.find(({ id }) => id === this.id);
    return before?.function === view.id ? (kept ?? view.metrics) : view.metrics;
  }
}
