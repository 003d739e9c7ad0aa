import type { CreateOrder } from '../../core/creationViews.ts';
import type { DataUse } from '../../core/data/dataUse.ts';
import type { NodeId } from '../../core/ids.ts';
import type { ModelNode } from '../../core/lineage/graph.ts';
import type { ProvenanceRole } from '../../core/lineage/provenanceRole.ts';
import type { Literal, Network } from '../../core/network/network.ts';
import type { Run } from '../../core/ports/run.ts';
import type { Arguments, Outcome, Recipe } from '../../core/recipe/recipe.ts';
import type { Schema } from '../../core/recipe/schema.ts';
import type { TensorEntry } from '../../core/snapshot.ts';
import type { Environment, PartMetrics, TrainReport } from '../../core/training/report.ts';
import type { ToldDerivations } from '../import/storeModel.ts';
import type { Head } from '../../core/training/settings.ts';
import type { TrainData, TrainJob, TrainOutcome } from '../../core/training/trainJob.ts';

/** The paper's scenarios (arXiv 2307.07507, section 2), as a form groups functions. */
export type Scenario = 'adaptation' | 'edge' | 'federated' | 'multi-task' | 'arithmetic';

/**
 * How a model is made from its parents. One file of `app/functions/` each, listed in `registry.ts`: the
 * schema draws the form, checks the values, documents them, and is the JavaScript API.
 */
export interface CreationFunction {
  /** Stable for ever: recipes name it. */
  readonly id: string;
  /** Raised whenever the same recipe would give another model. */
  readonly version: number;
  readonly title: string;
  /** One or two sentences, for a person who does not know the word. */
  readonly summary: string;
  readonly scenario: Scenario;
  readonly parents: { readonly min: number; readonly max: number; readonly role: ProvenanceRole };
  /** How many data sets it takes. */
  readonly data: { readonly min: number; readonly max: number };
  readonly schema: Schema;
  /** Why these parents cannot be used, in words that end without a full stop; undefined when they can. */
  unfit(parents: readonly ParentModel[]): Promise<string | undefined>;
  /** What it will do, before it is done. Cheap: no training, no probe. */
  plan(context: PlanContext): Promise<CreationPlan>;
  /**
   * Makes the models. Deterministic in its context but for rounding that a backend does not pin.
   *
   * @throws LineageError `recipe-invalid`, `data-unfit`, and what the context's calls throw.
   */
  make(context: MakeContext): Promise<readonly MadeModel[]>;
  /** How some of the models of one call follow from others of it, where they do. */
  readonly partFromParents?: PartFromParents;
}

/**
 * How one of the models that a call makes is made again when only models of the same call change: the
 * average of a federated round from its clients, without training all of them again.
 */
export interface PartFromParents {
  follows(part: string): boolean;
  /**
   * The creation that gives the part from its own parents.
   *
   * @param recipe - of the part.
   * @param parents - parts of the call that its parents were, in the order in which the creation takes them.
   */
  order(
    recipe: Recipe,
    parents: readonly string[],
    prepare: PlanContext['prepare'],
  ): Promise<Pick<CreateOrder, 'function' | 'arguments'>>;
}

/** A parent, its content read when it is asked for. */
export interface ParentModel {
  readonly node: ModelNode;
  /** Of its snapshot; the order is the snapshot's. */
  readonly tensors: readonly TensorEntry[];
  /**
   * Its computation, with all weights, for any number of examples where it was exported for one. @throws LineageError `network-unsupported` for a state dict, which
   * has none, and what the reader throws.
   */
  network(): Promise<Network>;
  /** The values of some tensors, by name; views made contiguous. */
  values(names: readonly string[]): Promise<ReadonlyMap<string, Literal>>;
}

export interface PlanContext {
  /** A data use read, split and preprocessed: one of `data`, or a part of it (a client's share). */
  prepare(use: DataUse): Promise<TrainData>;
  readonly parents: readonly ParentModel[];
  /** Checked and complete. */
  readonly args: Arguments;
  readonly data: readonly DataUse[];
  readonly seed: number;
}

/** What will be done, for a person to agree to. */
export interface CreationPlan {
  /** Sentences in order: "Train 1,210 of 61,706 parameters (the last layer) for 3 epochs." */
  readonly steps: readonly string[];
  /** Names of the models that will be made. */
  readonly models: readonly string[];
  /** What a person should know before starting. */
  readonly warnings: readonly string[];
  /** The training job whose time and memory are to be estimated; absent where nothing is trained. */
  readonly job?: () => Promise<JobOrder>;
  /** How many such jobs run one after another. */
  readonly jobs: number;
}

/** A job as a function orders it; who runs it, where and how it is kept is the caller's business. */
export type JobOrder = Pick<
  TrainJob,
  'network' | 'trainable' | 'heads' | 'settings' | 'data' | 'masks'
>;

export interface MakeContext extends PlanContext {
  /** The data sets read, split and preprocessed, in the order of `data`. */
  prepared(index: number): Promise<TrainData>;
  /**
   * Trains; checkpoints are kept under `part`, and a part that was finished before the tab closed is not
   * trained again.
   */
  train(part: string, order: JobOrder): Promise<TrainOutcome>;
  evaluate(network: Network, heads: readonly Head[], data: TrainData): Promise<PartMetrics>;
  /** Where it is computed when nothing is trained. */
  readonly environment: Environment;
  readonly run: Run;
}

/** What a made model's file is. */
export type MadeFile =
  /** The parent's files with other values of some tensors: same dtypes and shapes, by tensor name. */
  | {
      readonly is: 'weights';
      readonly of: ParentModel;
      readonly tensors: ReadonlyMap<string, Literal>;
    }
  /** A new ONNX file. */
  | {
      readonly is: 'network';
      readonly network: Network;
      readonly metadata: Readonly<Record<string, string>>;
    }
  /** A new safetensors file: an adapter, a state dict. */
  | {
      readonly is: 'tensors';
      readonly tensors: ReadonlyMap<string, Literal>;
      readonly metadata: Readonly<Record<string, string>>;
    };

export interface MadeModel {
  /** Proposed name; made unique when it is stored. */
  readonly name: string;
  /** Tells apart the models of one call; stays the same in a replay. */
  readonly part?: string;
  readonly file: MadeFile;
  /** Nodes, or parts of this call. */
  readonly parents: readonly {
    readonly from: { readonly node: NodeId } | { readonly part: string };
    readonly role: ProvenanceRole;
  }[];
  readonly environment: Environment;
  /** What it learnt from, where that is not all of the context's data: its task, its share. */
  readonly data?: readonly DataUse[];
  readonly outcome?: Outcome;
  readonly report?: TrainReport;
  /** How its tensors follow from stored chunks, where they were made so. */
  readonly told?: ToldDerivations;
}
