import type { NodeId } from '../../core/ids.ts';
import type { MergeMethod, MergePlan, MergePreview } from '../../core/mergeViews.ts';
import { storeMerge, testMerge } from '../actions/mergeModels.ts';
import type { Session } from '../session.svelte.ts';
import type { Task } from '../tasks/task.svelte.ts';
import type { LayerFilter } from './layerList.ts';
import { orderOf, speaksAgainst } from './mergeOrder.ts';
import { methodOf, swappedChoices, type Choices, type MethodKind } from './mergeWords.ts';

/** What a person has decided on a merge so far. */
export class MergeState {
  readonly session: Session;
  /** The pair as it was opened, before sides were swapped. */
  readonly opens: { readonly x: NodeId; readonly y: NodeId };
  x = $state.raw<NodeId>('' as NodeId);
  y = $state.raw<NodeId>('' as NodeId);
  /** Undefined for the best common ancestor. */
  base = $state.raw<NodeId | undefined>(undefined);
  choices = $state.raw<Choices>({});
  /** Undefined before a person chose one. */
  filter = $state.raw<LayerFilter | undefined>(undefined);
  /** The layer that is looked at. */
  opened = $state.raw<string | undefined>(undefined);
  name = $state('');
  /** What a person said yes to: a merge as it was then. */
  accepted = $state.raw<string | undefined>(undefined);
  preview = $state.raw<{ readonly value: MergePreview; readonly of: string } | undefined>(
    undefined,
  );
  /** A merge that was not stored because tests spoke against it. */
  against = $state.raw<string | undefined>(undefined);
  task = $state.raw<Task | undefined>(undefined);
  error = $state.raw<unknown>(undefined);
  /** Whether the board is still there to be told. */
  shown = true;
  /** Whether its merge is made. */
  done = false;

  constructor(session: Session, x: NodeId, y: NodeId) {
    this.session = session;
    this.opens = { x, y };
    this.x = x;
    this.y = y;
  }

  get busy(): boolean {
    return this.task?.running ?? false;
  }

  /** Tells one merge from another: a test's result holds for one of them. */
  get key(): string {
    return JSON.stringify([this.x, this.y, this.base, Object.entries(this.choices).sort()]);
  }

  get stale(): boolean {
    return this.preview !== undefined && this.preview.of !== this.key;
  }

  /** What tests say of the merge as it is chosen now; undefined where not known. */
  get tested(): boolean | undefined {
    if (this.against === this.key) return false;
    return this.preview === undefined || this.stale ? undefined : this.preview.value.accepted;
  }

  get ticked(): boolean {
    return this.accepted === this.key;
  }

  readonly swap = (): void => {
    [this.x, this.y] = [this.y, this.x];
    this.choices = swappedChoices(this.choices);
    this.opened = undefined;
    this.#forget();
  };

  readonly setBase = (base: NodeId | undefined): void => {
    this.base = base;
    this.choices = {};
    this.opened = undefined;
    this.#forget();
  };

  /** @param method - undefined: as proposed. */
  readonly choose = (layer: string, method: MergeMethod | undefined): void => {
    const others = Object.entries(this.choices).filter(([id]) => id !== layer);
    this.choices = Object.fromEntries(method === undefined ? others : [...others, [layer, method]]);
    this.error = undefined;
  };

  /** One method for every conflict that it fits. */
  readonly chooseAll = ({ layers }: MergePlan, is: MethodKind): void => {
    const some = layers.filter(
      ({ verdict, methods }) => verdict === 'conflict' && methods.includes(is),
    );
    this.choices = {
      ...this.choices,
      ...Object.fromEntries(some.map(({ id }) => [id, methodOf(is)])),
    };
    this.error = undefined;
  };

  readonly clear = (): void => {
    this.choices = {};
  };

  readonly test = async (plan: MergePlan): Promise<void> => {
    const of = this.key;
    this.error = undefined;
    const result = await testMerge(this.session, orderOf(this, plan), this.#follow);
    if (result.is === 'done') {
      this.preview = { value: result.value, of };
      this.against = undefined;
    } else if (result.is === 'failed') this.#failed(result.error);
  };

  readonly merge = async (plan: MergePlan): Promise<void> => {
    const of = this.key;
    this.error = undefined;
    const order = { ...orderOf(this, plan), ...(this.ticked ? { accept: true } : {}) };
    const result = await storeMerge(this.session, order, this.#follow);
    if (result.is === 'failed') {
      this.#failed(result.error);
      if (speaksAgainst(result.error)) this.against = of;
    } else if (result.is === 'done') {
      this.done = true;
      if (this.shown) this.session.work = undefined;
    }
  };

  readonly #follow = (task: Task): void => {
    this.task = task;
  };

  /** Said on the board rather than in the tray, while the board is there. */
  #failed(error: unknown): void {
    if (!this.shown) return;
    this.error = error;
    if (this.task !== undefined) this.session.dismissTask(this.task.id);
  }

  #forget(): void {
    this.preview = undefined;
    this.against = undefined;
    this.error = undefined;
  }
}
