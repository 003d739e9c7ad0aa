import type { CreateOrder, CreationEvent } from './creationViews.ts';
import type { NodeId, TestId } from './ids.ts';
import type { Metric } from './modelTests/modelTest.ts';
import type { Verdict } from './modelTests/testResult.ts';
import type { Condition } from './searchViews.ts';
import type { DeviceChoice } from './training/trainJob.ts';
import type { ReportedError } from './views.ts';

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

/** A model that there is, or the new version of `of` that an item of the plan makes. */
export type CascadeTarget =
  { readonly node: NodeId } | { readonly item: string; readonly of: NodeId };

/** Models that one creation makes together: one model, or a group with shared state. */
export interface CascadeItem {
  readonly id: string;
  readonly models: readonly {
    readonly node: NodeId;
    /** Name of the model to be made. */
    readonly name: string;
    /** What it will be the next version of: the newest version of the model where there is one alone. */
    readonly revises: CascadeTarget;
  }[];
  readonly choice: CascadeChoice;
  /** Choices a person has instead. */
  readonly options: readonly CascadeChoice['is'][];
  /** Why its recipe cannot be run again; absent where it can. */
  readonly notReplayable?: string;
  /**
   * It is one of several models of a recipe, and only models made by the same call changed: it follows
   * from its own parents (the average of a federated round from its clients).
   */
  readonly fromParts?: true;
  /** Items that must be done before it. */
  readonly after: readonly string[];
  /** Each parent from outside of the item: old → new, or the same where it does not change. */
  readonly parents: readonly { readonly old: NodeId; readonly now: CascadeTarget }[];
  /** "Finetune, 5 epochs of digits". */
  readonly what: string;
  /**
   * From its past run: what training took, where it was trained, or that nothing was trained; and what is
   * stored of it.
   */
  readonly estimate: { readonly ms?: number; readonly untrained?: true; readonly bytes: number };
  /** Tests that gate it. */
  readonly gates: readonly TestId[];
}

export interface CascadePlan {
  readonly order: CascadeOrder;
  /** In the order of running. */
  readonly items: readonly CascadeItem[];
  /** Models below that stay as they are. */
  readonly kept: readonly CascadeKept[];
  readonly warnings: readonly string[];
  readonly estimate: {
    readonly ms: number;
    readonly bytes: number;
    /** Items that train and whose time is not known, which are not in the sum. */
    readonly unknown: number;
  };
}

/** A model below the old one that stays as it is. */
export interface CascadeKept {
  readonly node: NodeId;
  readonly is:
    /** By the order: `skip`, the choice `keep`, `stop` or the choice `leave`, `headsOnly`. */
    | 'skipped' | 'kept' | 'stopped' | 'left' | 'older'
    /** Its recipe cannot be run again, and nothing else was chosen. */
    | 'not-replayable'
    /** None of its parents gets a new version. */
    | 'unchanged'; // prettier-ignore
  /** For people, without a full stop. */
  readonly why: string;
  /** The model above for which it is unchanged. */
  readonly by?: NodeId;
  /** Choices a person has instead. */
  readonly options: readonly CascadeChoice['is'][];
}

/** No further item is begun once these are used up, since the cascade was begun or gone on with. */
export interface CascadeBudget {
  readonly ms?: number;
  readonly bytes?: number;
}

export interface CascadeRun {
  readonly order: CascadeOrder;
  /** A model that gets worse on a bound test is rejected. On unless false. */
  readonly gate?: boolean;
  readonly budget?: CascadeBudget;
  readonly device?: DeviceChoice;
}

export type CascadeItemState =
  | { readonly is: 'waiting' | 'running' }
  | { readonly is: 'done'; readonly models: readonly NodeId[]; readonly ms: number; readonly bytes: number }
  /** Made, but worse than before: kept under the tag `rejected`, not as a version. */
  | { readonly is: 'rejected'; readonly models: readonly NodeId[]; readonly why: string }
  | { readonly is: 'failed'; readonly why: string; readonly error: ReportedError }
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
  readonly comparisons: readonly CascadeComparison[];
}

/** What a cascade tells while it runs. */
export type CascadeEvent =
  | { readonly is: 'state'; readonly state: CascadeState }
  | { readonly is: 'creation'; readonly item: string; readonly event: CreationEvent };

/** A metric of a test, or the test as a whole where it has none, before and after. */
export interface CascadeComparison {
  readonly item: string;
  readonly old: NodeId;
  /** Name of the model made instead. */
  readonly name: string;
  readonly test: TestId;
  readonly testName: string;
  readonly metric?: string;
  /** How the metric is called and read. */
  readonly measure?: Pick<Metric, 'title' | 'direction' | 'unit'>;
  readonly before: number | undefined;
  readonly after: number | undefined;
  readonly verdicts: { readonly before: Verdict; readonly after: Verdict };
  readonly worse: boolean;
}

export interface CascadeReport {
  readonly state: CascadeState;
  readonly made: number;
  readonly rejected: number;
  readonly failed: number;
  readonly blocked: number;
  /** Nothing is left to be done: it is not pending any more. */
  readonly finished: boolean;
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
