import type { NodeId, TestId } from '../../core/ids.ts';
import type { ModelTest, SuccessRule } from '../../core/modelTests/modelTest.ts';
import type { Suspicion } from '../../core/searchViews.ts';
import type { Session } from '../session.svelte.ts';
import type { Side } from '../work/work.ts';
import { kindsOf, type EdgeChoice } from './edgeChoice.ts';
import type { Asked, SearchRun } from './searchRun.svelte.ts';
import { WalkForm } from './walkForm.svelte.ts';

/** What a person can ask. */
export type Ask = Asked['is'] | 'walk';

/** What the panel asks and found: it outlives the panel, so that it opens as it was left. */
export class Finder {
  ask = $state<Ask>('origin');
  bad = $state<NodeId | undefined>(undefined);
  /** Known to be good, of the search for the origin. */
  good = $state.raw<readonly NodeId[]>([]);
  skip = $state.raw<readonly NodeId[]>([]);
  /** The good model whose values are tried, of the search for layers. */
  donor = $state<NodeId | undefined>(undefined);
  by = $state<'layer' | 'tensor'>('layer');
  test = $state<TestId | undefined>(undefined);
  /** What good means, instead of the test's own rules. */
  bound = $state.raw<SuccessRule | undefined>(undefined);
  edges = $state<EdgeChoice>('both');
  repeats = $state(1);
  every = $state(false);
  readonly walk = new WalkForm();
  /** The search that goes on, or the last one. */
  run = $state.raw<SearchRun | undefined>(undefined);
  readonly #session: Session;

  constructor(session: Session) {
    this.#session = session;
  }

  get running(): boolean {
    return this.run?.running ?? false;
  }

  /** The chosen test, while it is there; without a choice the first one that has a rule. */
  get chosen(): ModelTest | undefined {
    const { tests } = this.#session.graph;
    return (
      tests.find(({ id }) => id === this.test) ??
      tests.find(({ success }) => success.length > 0) ??
      tests[0]
    );
  }

  /** What must hold for a model to be good. */
  get rules(): readonly SuccessRule[] {
    return this.bound === undefined ? (this.chosen?.success ?? []) : [this.bound];
  }

  /** What is still to be said before a search can begin; empty when nothing is. */
  get missing(): string {
    if (this.bad === undefined) return 'Choose the model that is bad.';
    if (this.chosen === undefined) return 'Choose a test.';
    if (this.rules.length === 0) return 'Say what good means: this test has no rule of its own.';
    if (this.ask === 'layers') {
      if (this.donor === undefined) return 'Choose a good model to take values from.';
      if (this.donor === this.bad) return 'The good and the bad model are the same.';
    }
    return '';
  }

  /** The search as it is asked for; undefined while something is missing. */
  get asked(): Asked | undefined {
    const { bad, donor, chosen } = this;
    if (this.missing !== '' || bad === undefined || chosen === undefined) return undefined;
    const suspicion: Suspicion = {
      test: chosen.id,
      ...(this.bound === undefined ? {} : { success: [this.bound] }),
      ...(this.repeats > 1 ? { repeats: this.repeats } : {}),
    };
    const kinds = kindsOf(this.edges);
    switch (this.ask) {
      case 'origin': {
        const { good, skip, every } = this;
        return { is: 'origin', order: { ...suspicion, bad, good, skip, kinds, every } };
      }
      case 'inheritors':
        return { is: 'inheritors', order: { ...suspicion, known: bad, kinds } };
      case 'layers':
        if (donor === undefined) return undefined;
        return { is: 'layers', order: { ...suspicion, good: donor, bad, by: this.by } };
      case 'walk':
        return undefined;
    }
  }

  /** Takes over what the panel was opened for. */
  readonly adopt = (side: Extract<Side, { is: 'search' }>): void => {
    if (side.test !== undefined) this.test = side.test;
    const node = side.node ?? (this.bad === undefined ? this.#session.selection[0] : undefined);
    if (node === undefined) return;
    this.setBad(node);
    if (this.walk.start.length === 0) this.walk.start = [node];
  };

  readonly setBad = (node: NodeId | undefined): void => {
    if (node === this.bad) return;
    this.bad = node;
    this.donor = node === undefined ? undefined : this.#parentOf(node);
    this.good = this.good.filter((id) => id !== node);
    this.skip = this.skip.filter((id) => id !== node);
  };

  readonly setTest = (test: TestId): void => {
    this.test = test;
    this.bound = undefined;
  };

  /** Leaves out what is no longer in the lineage. */
  readonly forgetRemoved = (): void => {
    const isThere = (id: NodeId) => this.#session.nodes.has(id);
    const gone = (id: NodeId | undefined) => id !== undefined && !isThere(id);
    if (gone(this.bad)) this.setBad(undefined);
    if (gone(this.donor)) this.donor = undefined;
    if (!this.good.every(isThere)) this.good = this.good.filter(isThere);
    if (!this.skip.every(isThere)) this.skip = this.skip.filter(isThere);
    if (!this.walk.start.every(isThere)) this.walk.start = this.walk.start.filter(isThere);
  };

  #parentOf(node: NodeId): NodeId | undefined {
    const edges = (this.#session.edgesOf.get(node) ?? []).filter(({ to }) => to === node);
    return (edges.find(({ kind }) => kind === 'provenance') ?? edges[0])?.from;
  }
}

const finders = new WeakMap<Session, Finder>();

/** The one finder of a session. */
export function finderOf(session: Session): Finder {
  const known = finders.get(session);
  if (known !== undefined) return known;
  const finder = new Finder(session);
  finders.set(session, finder);
  return finder;
}
