import type {
  CascadeChoice,
  CascadeOrder,
  CascadePlan,
  CascadeRun,
} from '../../core/cascadeViews.ts';
import type { NodeId } from '../../core/ids.ts';
import type { Condition } from '../../core/searchViews.ts';
import type { DeviceChoice } from '../../core/training/trainJob.ts';
import { Loaded } from '../loaded.svelte.ts';
import type { Session } from '../session.svelte.ts';
import { anyOf } from './cascadeWords.ts';
import { Choices } from './choices.ts';
import { newerVersions } from './newerVersions.ts';

/** The state of the form that plans an update cascade. Made while a component is being set up. */
export class CascadeForm {
  readonly #session: Session;
  old = $state.raw<NodeId>();
  /** As a person chose it; the newest version of the old one where not. */
  chosen = $state.raw<NodeId>();
  headsOnly = $state(false);
  skips = $state.raw<readonly Condition[]>([]);
  stops = $state.raw<readonly Condition[]>([]);
  choices = $state.raw(new Choices());
  gate = $state(true);
  /** In minutes and megabytes; undefined is without a limit. */
  minutes = $state<number>();
  megabytes = $state<number>();
  device = $state<DeviceChoice>('auto');

  /** Versions of the old model by version edges, the nearest first. */
  readonly versions: readonly NodeId[] = $derived.by(() =>
    newerVersions(this.old, this.#session.edgesOf, this.#session.nodes),
  );
  readonly next: NodeId | undefined = $derived(this.chosen ?? this.versions.at(-1));
  readonly order: CascadeOrder | undefined = $derived.by(() => this.#order());
  readonly plan: Loaded<CascadePlan | undefined>;

  constructor(session: Session, start: { readonly old?: NodeId; readonly new?: NodeId }) {
    this.#session = session;
    this.old = start.old;
    this.chosen = start.new;
    this.plan = new Loaded(
      () => this.#ask(),
      () => session.revision,
    );
  }

  get run(): CascadeRun | undefined {
    const { order, minutes, megabytes } = this;
    if (order === undefined) return undefined;
    const budget = {
      ...(minutes === undefined ? {} : { ms: minutes * 60_000 }),
      ...(megabytes === undefined ? {} : { bytes: megabytes * 1_000_000 }),
    };
    return {
      order,
      gate: this.gate,
      device: this.device,
      ...(Object.keys(budget).length === 0 ? {} : { budget }),
    };
  }

  readonly setOld = (id: NodeId | undefined): void => {
    this.old = id;
    this.chosen = undefined;
    this.choices = new Choices();
  };

  readonly setNew = (id: NodeId): void => {
    this.chosen = id;
    this.choices = new Choices();
  };

  /** How the models of an item are brought up to date. */
  readonly choose = (nodes: readonly NodeId[], choice: CascadeChoice): void => {
    this.choices = this.choices.with(nodes, choice);
  };

  /** Back to what the plan proposes. */
  readonly reset = (nodes: readonly NodeId[]): void => {
    this.choices = this.choices.without(nodes);
  };

  async #ask(): Promise<CascadePlan | undefined> {
    const { order } = this;
    if (order === undefined) return undefined;
    const { old, new: newer, ...options } = order;
    return this.#session.mgit.cascade.plan(old, newer, options);
  }

  #order(): CascadeOrder | undefined {
    const { old, next } = this;
    if (old === undefined || next === undefined) return undefined;
    const [skip, stop] = [anyOf(this.skips), anyOf(this.stops)];
    return {
      old,
      new: next,
      ...(this.headsOnly ? { headsOnly: true } : {}),
      ...(skip === undefined ? {} : { skip }),
      ...(stop === undefined ? {} : { stop }),
      ...(this.choices.size === 0 ? {} : { choices: this.choices.toOrder() }),
    };
  }
}
