import type { CreateOrder, CreationPreview, FunctionView } from '../../core/creationViews.ts';
import type { DataUse } from '../../core/data/dataUse.ts';
import type { DatasetId, NodeId } from '../../core/ids.ts';
import { isLineageError } from '../../core/lineageError.ts';
import type { Arguments, Json } from '../../core/recipe/recipe.ts';
import type { DeviceChoice } from '../../core/training/trainJob.ts';
import { isAbort, messageOf } from '../messages.ts';
import { Loaded } from '../loaded.svelte.ts';
import type { Session } from '../session.svelte.ts';
import type { CreateStart } from './startFrom.ts';

/** Whether and how a data set feeds the parents. */
export type Proposal =
  { readonly is: 'fit'; readonly use: DataUse } | { readonly is: 'unfit'; readonly why: string };

export type PreviewState =
  | { readonly is: 'waiting' }
  | { readonly is: 'ready'; readonly value: CreationPreview }
  | { readonly is: 'failed'; readonly error: unknown };

/** Changes settle for this long, in ms, before it is asked what they would do. */
const settleMs = 400;
/** Data sets that are looked at in advance; others when they are chosen. */
const mostProposed = 40;

/** The state of the form that makes models. Made while a component is being set up. */
export class CreateForm {
  readonly #session: Session;
  parents = $state.raw<readonly NodeId[]>([]);
  chosen = $state<string>();
  /** What differs from the function's defaults. */
  args = $state.raw<Arguments>({});
  uses = $state.raw<readonly DataUse[]>([]);
  seed = $state<number>();
  name = $state('');
  device = $state<DeviceChoice>('auto');
  asVersion = $state(false);

  proposals = $state.raw<ReadonlyMap<DatasetId, Proposal>>(new Map());
  preview = $state.raw<PreviewState>({ is: 'waiting' });
  /** Fields whose text is no value. */
  broken = $state.raw<ReadonlySet<string>>(new Set());
  readonly functions: Loaded<FunctionView[]>;

  readonly views: readonly FunctionView[] = $derived.by(() =>
    this.functions.state.is === 'ready' ? this.functions.state.value : [],
  );
  readonly view: FunctionView | undefined = $derived(
    this.views.find(({ id }) => id === this.chosen),
  );
  /** What is still to choose; empty when it can be previewed. */
  readonly missing: string = $derived.by(() => this.#missing());
  readonly order: CreateOrder | undefined = $derived.by(() => this.#order());
  readonly problem: { readonly field: string; readonly reason: string } | undefined = $derived(
    this.preview.is === 'failed' && isLineageError(this.preview.error, 'recipe-invalid')
      ? this.preview.error.data
      : undefined,
  );

  constructor(session: Session, { order }: CreateStart) {
    this.#session = session;
    this.parents = order.parents;
    this.chosen = order.function;
    this.args = order.arguments ?? {};
    this.uses = (order.data ?? []).filter((one) => typeof one !== 'string');
    this.seed = order.seed;
    this.name = order.name ?? '';
    this.device = order.device ?? 'auto';
    this.asVersion = order.asVersion ?? false;
    this.functions = new Loaded(() => session.mgit.functions(this.parents));
    $effect(() => this.#chooseFunction());
    $effect(() => this.#propose());
    $effect(() => this.#ask());
  }

  readonly setParents = (parents: readonly NodeId[]): void => {
    this.parents = parents;
    // A use fits the inputs and outputs of certain parents: it is proposed anew for others.
    this.uses = [];
  };

  readonly choose = (fn: string): void => {
    if (fn === this.chosen) return;
    this.chosen = fn;
    this.args = {};
    this.broken = new Set();
    const most = this.view?.data.max ?? 0;
    this.uses = this.uses.slice(0, most);
    this.#useFirst();
  };

  readonly set = (field: string, value: Json): void => {
    this.args = { ...this.args, [field]: value };
    this.markBroken(field, false);
  };

  readonly markBroken = (field: string, broken: boolean): void => {
    if (this.broken.has(field) === broken) return;
    const next = new Set(this.broken);
    if (broken) next.add(field);
    else next.delete(field);
    this.broken = next;
  };

  /** Takes a data set in or out; where one is the most, it takes the place of the other. */
  readonly toggleData = async (id: DatasetId): Promise<void> => {
    const record = this.#session.datasets.get(id);
    if (record === undefined || this.view === undefined) return;
    const others = this.uses.filter(({ dataset }) => dataset !== record.snapshot);
    if (others.length < this.uses.length) {
      if (this.view.data.max > 1 || this.view.data.min === 0) this.uses = others;
      return;
    }
    const proposal = this.proposals.get(id) ?? (await this.#proposal(this.parents, id));
    this.proposals = new Map(this.proposals).set(id, proposal);
    if (proposal.is === 'unfit') return;
    const room = this.view.data.max - 1;
    this.uses = [...(room <= 0 ? [] : this.uses.slice(-room)), proposal.use];
  };

  readonly setUse = (index: number, use: DataUse): void => {
    this.uses = this.uses.map((one, i) => (i === index ? use : one));
  };

  #missing(): string {
    const { view } = this;
    if (view === undefined) return 'Choose what to do.';
    if (view.unfit !== undefined) return `${view.title}: ${view.unfit}.`;
    if (this.parents.length < view.parents.min) return 'Add another parent.';
    if (this.uses.length < view.data.min) return 'Choose a data set.';
    return this.broken.size > 0 ? 'Mend the settings marked in red.' : '';
  }

  #order(): CreateOrder | undefined {
    const { view } = this;
    if (view === undefined || this.missing !== '') return undefined;
    const name = this.name.trim();
    return {
      function: view.id,
      parents: this.parents,
      arguments: this.args,
      data: this.uses,
      device: this.device,
      asVersion: this.asVersion,
      ...(this.seed === undefined ? {} : { seed: this.seed }),
      ...(name === '' ? {} : { name }),
    };
  }

  /** Starts with a function that can be used, so that Start is near. */
  #chooseFunction(): void {
    if (this.chosen !== undefined) return;
    const fit = this.views.filter(({ unfit }) => unfit === undefined);
    const first = fit.find(({ id }) => id === 'finetune') ?? fit[0];
    if (first !== undefined) this.choose(first.id);
  }

  #useFirst(): void {
    if (this.view === undefined || this.view.data.min === 0 || this.uses.length > 0) return;
    for (const proposal of this.proposals.values())
      if (proposal.is === 'fit') {
        this.uses = [proposal.use];
        return;
      }
  }

  async #proposal(parents: readonly NodeId[], dataset: DatasetId): Promise<Proposal> {
    try {
      return { is: 'fit', use: await this.#session.mgit.proposeUse(parents, dataset) };
    } catch (error) {
      const why = isLineageError(error, 'data-unfit') ? error.data.reason : messageOf(error).what;
      return { is: 'unfit', why };
    }
  }

  #propose(): () => void {
    const { parents } = this;
    const records = this.#session.graph.datasets.slice(0, mostProposed);
    let gone = false;
    const follow = async () => {
      const found = new Map<DatasetId, Proposal>();
      for (const { id } of records) {
        const proposal = await this.#proposal(parents, id);
        if (gone) return;
        found.set(id, proposal);
        this.proposals = new Map(found);
        this.#useFirst();
      }
    };
    void follow();
    return () => {
      gone = true;
    };
  }

  #ask(): (() => void) | undefined {
    const { order } = this;
    this.preview = { is: 'waiting' };
    if (order === undefined) return undefined;
    const controller = new AbortController();
    const follow = async () => {
      try {
        const { function: fn, arguments: args, ...rest } = order;
        const options = { ...rest, ...(args === undefined ? {} : { args }) };
        const value = await this.#session.mgit.previewCreation(fn, options, controller);
        if (!controller.signal.aborted) this.preview = { is: 'ready', value };
      } catch (error) {
        if (!controller.signal.aborted && !isAbort(error)) this.preview = { is: 'failed', error };
      }
    };
    const timer = setTimeout(() => void follow(), settleMs);
    return () => {
      clearTimeout(timer);
      controller.abort();
    };
  }
}
