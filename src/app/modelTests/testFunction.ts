import type { Augmentation, DataUse } from '../../core/data/dataUse.ts';
import type { NodeId } from '../../core/ids.ts';
import type { Lineage } from '../../core/lineage/lineage.ts';
import type { Metric, ModelTest } from '../../core/modelTests/modelTest.ts';
import type { PreparedTest } from '../../core/modelTests/prepareTestData.ts';
import type { TestDetails } from '../../core/modelTests/testResult.ts';
import type { Literal, Network } from '../../core/network/network.ts';
import type { Predictions } from '../../core/ports/compute.ts';
import type { Run } from '../../core/ports/run.ts';
import type { SandboxOrder, SandboxOutcome } from '../../core/ports/sandbox.ts';
import type { Arguments } from '../../core/recipe/recipe.ts';
import type { Schema } from '../../core/recipe/schema.ts';
import type { ParentModel } from '../create/creationFunction.ts';
import type { SettledUse } from './settleTestData.ts';

/** Where a test of record is computed; `none`: nothing is predicted. */
export type TestBackend = 'webgpu' | 'wasm' | 'reference';

/**
 * A kind of test. One file of `app/modelTests/functions/` each, listed in `registry.ts`: the schema draws
 * the form, checks the values, documents them, and is the JavaScript API.
 */
export interface TestFunction {
  /** Stable for ever: tests name it. */
  readonly id: string;
  /** Raised whenever the same test would give other numbers. */
  readonly version: number;
  readonly title: string;
  /** One or two sentences, for a person who does not know the word. */
  readonly summary: string;
  readonly data: 'none' | 'optional' | 'needed';
  readonly schema: Schema;
  /** The numbers it gives with these arguments, checked and complete. */
  metrics(args: Arguments): readonly Metric[];
  /** What a schema cannot say. @throws LineageError `test-invalid`. */
  check?(args: Arguments): void;
  /** Why this model cannot be tested so, in words that end without a full stop; undefined when it can. */
  unfit(model: ParentModel): Promise<string | undefined>;
  /** What else than the model, the arguments and the data a result depends on; part of its key. */
  dependsOn?(lineage: Lineage, node: NodeId, args: Arguments): string;
  /** The backend that the arguments name, for what is about a backend. */
  backend?(args: Arguments): TestBackend;
  /** @throws LineageError for what the model or the data does wrong: the test's verdict is `error`. */
  run(context: TestContext): Promise<TestOutcome>;
}

/** Examples as one model is fed them. */
export interface FedData {
  readonly settled: SettledUse;
  readonly prepared: PreparedTest;
}

/** What a test function works with. */
export interface TestContext {
  readonly model: ParentModel;
  readonly test: ModelTest;
  /** Checked and complete. */
  readonly args: Arguments;
  /** Whether the model is its node's stored content. */
  readonly stored: boolean;
  readonly run: Run;
  /** Milliseconds of a clock. */
  readonly now: () => number;
  /**
   * The test's data as this model takes it.
   *
   * @param change - of what the test says: other perturbations; the rows that another model was fed.
   * @throws LineageError `data-unfit`, `dataset-missing`, `dataset-invalid`, `network-unsupported`.
   */
  readonly fed: (change?: {
    readonly model?: ParentModel;
    readonly perturb?: readonly Augmentation[];
    readonly rows?: Uint32Array<ArrayBuffer>;
  }) => Promise<FedData>;
  /**
   * A network's outputs on the test's backend. The first prediction of the model itself is the one that is
   * repeated on the other backend.
   */
  readonly predict: (
    network: Network,
    inputs: ReadonlyMap<string, Literal>,
  ) => Promise<Predictions>;
  /** The same on a backend that is named, not checked on another. */
  readonly predictOn: (
    device: TestBackend,
    network: Network,
    inputs: ReadonlyMap<string, Literal>,
    batch: number,
    whole?: boolean,
  ) => Promise<Predictions>;
  /** How a recipe of the model or its nearest ancestor prepares its inputs, whatever the data. */
  readonly knownUse: () => Promise<DataUse | undefined>;
  /** Bytes that only this model holds in the store. */
  readonly ownBytes: () => Promise<number>;
  /** Another model, by id or name; its first parent for undefined. @throws LineageError `node-missing`, `data-unfit`. */
  readonly other: (named: string | undefined) => Promise<ParentModel>;
  /** @throws LineageError `script-failed`. */
  readonly script: (order: SandboxOrder) => Promise<SandboxOutcome>;
}

export interface TestOutcome {
  readonly metrics: Readonly<Record<string, number>>;
  readonly details?: TestDetails;
  /** Examples measured on. */
  readonly examples?: number;
}
