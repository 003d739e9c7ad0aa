import type { CreateOrder } from './creationViews.ts';
import type { NodeId, TestId } from './ids.ts';
import type { Condition } from './searchViews.ts';
import type { DeviceChoice } from './training/trainJob.ts';

/*
 * Plain data that crosses the wire between the page and the lineage worker about update cascades.
 */

/** How one model is brought up to date. */
export type CascadeChoice =
  /** Its recipe with the new versions of its parents. */
  | { readonly is: 'recipe' }
  /** The old model − the old parent, added to the new parent; for models without a recipe. */
  | { readonly is: 'transplant' }
  /** Another creation from the new parents. */
  | {
      readonly is: 'order';
      readonly order: Pick<CreateOrder, 'function' | 'arguments' | 'data' | 'seed'>;
    }
  /** It stays as it is; what is below keeps it as its parent. */
  | { readonly is: 'keep' }
  /** It and what is only below it are left out. */
  | { readonly is: 'leave' };

export interface CascadeOrder {
  readonly old: NodeId;
  readonly new: NodeId;
  /** Models that stay as they are, walked through; and models at which the cascade ends. */
  readonly skip?: Condition;
  readonly stop?: Condition;
  /** Only the newest version of each model. */
  readonly headsOnly?: boolean;
  readonly choices?: Readonly<Record<NodeId, CascadeChoice>>;
}

/** Models that one creation makes together: one model, or a group with shared state. */
export interface CascadeItem {
  readonly id: string;
  readonly models: readonly {
    readonly node: NodeId;
    /** Name of the model to be made. */
    readonly name: string;
    /** The head it will be the next version of: the model itself, or its newest version. */
    readonly revises: NodeId;
  }[];
  readonly choice: CascadeChoice;
  /** Choices a person has instead. */
  readonly options: readonly CascadeChoice['is'][];
  /** Why its recipe cannot be run again; absent where it can. */
  readonly notReplayable?: string;
  /** Items that must be done before it. */
  readonly after: readonly string[];
  /** For people: each parent, old → new. */
  readonly parents: readonly {
    readonly old: NodeId;
    /** The item that makes its new version, or a model that there is. */
    readonly now: { readonly item: string } | { readonly node: NodeId };
  }[];
  /** "Finetune, 5 epochs of digits". */
  readonly what: string;
  /** From its past run; absent where there was none. */
  readonly estimate?: { readonly ms: number; readonly bytes: number };
  /** Tests that gate it. */
  readonly gates: readonly TestId[];
}

export interface CascadePlan {
  readonly order: CascadeOrder;
  /** In the order of running. */
  readonly items: readonly CascadeItem[];
  /** Models below that stay as they are, and why. */
  readonly kept: readonly { readonly node: NodeId; readonly why: string }[];
  readonly warnings: readonly string[];
  readonly estimate: {
    readonly ms: number;
    readonly bytes: number;
    /** Items without a past run, which are not in the sums. */
    readonly unknown: number;
  };
}

export interface CascadeRun {
  readonly order: CascadeOrder;
  /** A model that gets worse on a bound test is rejected. On unless false. */
  readonly gate?: boolean;
  /** No further item is begun once these are used up. */
  readonly budget?: { readonly ms?: number; readonly bytes?: number };
  readonly device?: DeviceChoice;
}

export type CascadeItemState =
  | { readonly is: 'waiting' | 'running' }
  | { readonly is: 'done'; readonly models: readonly NodeId[]; readonly ms: number; readonly bytes: number }
  /** Made, but worse than before: kept under the tag `rejected`, not as a version. */
  | { readonly is: 'rejected'; readonly models: readonly NodeId[]; readonly why: string }
  | { readonly is: 'failed'; readonly why: string }
  /** Something above it failed or was rejected. */
  | { readonly is: 'blocked'; readonly by: string }
  /** Not begun: the budget was used up. */
  | { readonly is: 'over-budget' }; // prettier-ignore

export interface CascadeState {
  readonly id: string;
  readonly plan: CascadePlan;
  readonly items: Readonly<Record<string, CascadeItemState>>;
  readonly ms: number;
  readonly bytes: number;
}

/** A test before and after. */
export interface CascadeComparison {
  readonly old: NodeId;
  readonly new: NodeId;
  readonly test: TestId;
  readonly metric: string;
  readonly before: number;
  readonly after: number;
  readonly worse: boolean;
}

export interface CascadeReport {
  readonly state: CascadeState;
  readonly made: number;
  readonly comparisons: readonly CascadeComparison[];
  readonly summary: string;
}

/** A cascade that a closed tab or a used-up budget left unfinished. */
export interface PendingCascadeView {
  readonly id: string;
  readonly title: string;
  readonly startedAt: number;
  readonly done: number;
  readonly total: number;
  /** Why it cannot go on, and can only be discarded. */
  readonly unfit?: string;
}
