import type { CreateOrder, FunctionView } from '../../core/creationViews.ts';
import type { DataUse } from '../../core/data/dataUse.ts';
import type { DatasetId, NodeId } from '../../core/ids.ts';
import { isLineageError } from '../../core/lineageError.ts';
import type { Arguments, Json } from '../../core/recipe/recipe.ts';
import type { DeviceChoice } from '../../core/training/trainJob.ts';
import { Loaded } from '../loaded.svelte.ts';
import type { Session } from '../session.svelte.ts';
import { DataProposals } from './dataProposals.svelte.ts';
import { OrderPreview } from './orderPreview.svelte.ts';
import { missingOf } from './missingOf.ts';
import type { CreateStart } from './startFrom.ts';

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
  /** Fields whose text is no value. */
  broken = $state.raw<readonly string[]>([]);

  readonly functions: Loaded<FunctionView[]>;
  readonly proposals: DataProposals;
  readonly preview: OrderPreview;

  readonly views: readonly FunctionView[] = $derived.by(() =>
    this.functions.state.is === 'ready' ? this.functions.state.value : [],
  );
  readonly view: FunctionView | undefined = $derived(
    this.views.find(({ id }) => id === this.chosen),
  );
  /** What is still to choose; empty when it can be previewed. */
  readonly missing: string = $derived(missingOf(this));
  readonly order: CreateOrder | undefined = $derived.by(() => this.#order());
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
    this.proposals = new DataProposals(
      session,
      () => this.parents,
      () => {
        this.#useFirst();
      },
    );
    this.preview = new OrderPreview(session, () => this.order);
    $effect(() => {
      this.#chooseFunction();
    });
  }

  /** The setting that was refused, and why. */
  get problem(): { readonly field: string; readonly reason: string } | undefined {
    const { state } = this.preview;
    return state.is === 'failed' && isLineageError(state.error, 'recipe-invalid')
      ? state.error.data
      : undefined;
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
    this.broken = [];
    const most = this.view?.data.max ?? 0;
    this.uses = this.uses.slice(0, most);
    this.#useFirst();
  };

  readonly set = (field: string, value: Json): void => {
    this.args = { ...this.args, [field]: value };
    this.markBroken(field, false);
  };

  readonly markBroken = (field: string, broken: boolean): void => {
    if (this.broken.includes(field) === broken) return;
    this.broken = broken ? [...this.broken, field] : this.broken.filter((one) => one !== field);
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
    const proposal = await this.proposals.ask(id);
    if (proposal.is === 'unfit') return;
    const room = this.view.data.max - 1;
    this.uses = [...(room <= 0 ? [] : this.uses.slice(-room)), proposal.use];
  };

  readonly setUse = (index: number, use: DataUse): void => {
    this.uses = this.uses.map((one, i) => (i === index ? use : one));
  };

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
    const use = this.proposals.firstUse();
    if (use !== undefined) this.uses = [use];
  }
}
