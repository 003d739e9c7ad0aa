import type * as creation from '../core/creationViews.ts';
import type { DatasetRecord, Reading } from '../core/data/dataset.ts';
import type { DataUse } from '../core/data/dataUse.ts';
import type { DatasetId } from '../core/ids.ts';
import { LineageError } from '../core/lineageError.ts';
import type { ComputeReport } from '../core/ports/compute.ts';
import type { Arguments } from '../core/recipe/recipe.ts';
import type { TrainReport } from '../core/training/report.ts';
import type { DeviceChoice } from '../core/training/trainJob.ts';
import type { LineageApi } from '../rpc/api.ts';
import type { OnCreationEvent } from '../rpc/calls.ts';
import { incoming, run, type FileSource, type LongCall } from './longCall.ts';
import { names, type NamedDataset, type NamedModel, type Names } from './named.ts';
import { givenInput, type GivenInput } from './tryout/givenInput.ts';

/** A long call that trains: also told of each step, epoch and notice. */
export interface TrainingCall extends LongCall {
  readonly onEvent?: OnCreationEvent;
}

/** What to make, models and data sets by id or name. What is left out has its default. */
export interface CreateOptions {
  readonly parents: readonly NamedModel[];
  readonly args?: Arguments;
  /** Data sets as they are proposed for the parents, or uses that were edited. */
  readonly data?: readonly (NamedDataset | DataUse)[];
  readonly seed?: number;
  readonly name?: string;
  readonly device?: DeviceChoice;
  readonly threads?: number;
  /** Also a version edge from the first parent. */
  readonly asVersion?: boolean;
}

export interface RerunOptions {
  /** Instead of the recipe's, in the same order. */
  readonly parents?: readonly NamedModel[];
  readonly args?: Arguments;
  readonly seed?: number;
  readonly name?: string;
  readonly device?: DeviceChoice;
}

export interface DatasetCall extends LongCall {
  readonly name?: string;
  readonly reading?: Reading;
  readonly notes?: string;
}

/**
 * Making and trying models, and data sets, for scripts.
 *
 * Source: docs/api.md.
 */
export interface CreationMgit {
  /** The creation functions, as they fit these parents. */
  functions(parents?: readonly NamedModel[]): Promise<creation.FunctionView[]>;
  /** How a data set would feed the parents; editable. */
  proposeUse(parents: readonly NamedModel[], dataset: NamedDataset): Promise<DataUse>;
  previewCreation(
    fn: string,
    options: CreateOptions,
    call?: LongCall,
  ): Promise<creation.CreationPreview>;
  create(fn: string, options: CreateOptions, call?: TrainingCall): Promise<creation.CreateReport>;
  pauseJob(job: string): Promise<void>;
  continueJob(job: string): Promise<void>;
  /** Ends a run early and keeps the best so far as the model. */
  finishJob(job: string): Promise<void>;
  /** Creations that a closed tab interrupted. */
  pendingJobs(): Promise<creation.PendingJobView[]>;
  resumeJob(id: string, call?: TrainingCall): Promise<creation.CreateReport>;
  discardJob(id: string): Promise<void>;
  /** Runs a model's recipe again, compares, and grades its provenance edges. */
  replay(model: NamedModel, call?: TrainingCall): Promise<creation.ReplayReport>;
  /** Runs a model's recipe on other parents: makes a new model. */
  rerun(
    model: NamedModel,
    options: RerunOptions,
    call?: TrainingCall,
  ): Promise<creation.CreateReport>;
  trainingReport(model: NamedModel): Promise<TrainReport | undefined>;

  datasets(): Promise<readonly DatasetRecord[]>;
  /** How files would be read as one data set; nothing is stored. */
  proposeDataset(files: FileSource, options?: DatasetCall): Promise<creation.DatasetProposal>;
  addDataset(files: FileSource, options?: DatasetCall): Promise<creation.DatasetReport>;
  datasetPreview(dataset: NamedDataset, options?: LongCall): Promise<creation.DatasetPreview>;
  renameDataset(dataset: NamedDataset, name: string): Promise<void>;
  annotateDataset(dataset: NamedDataset, notes: string): Promise<void>;
  removeDataset(dataset: NamedDataset): Promise<void>;
  exportDataset(dataset: NamedDataset, options?: LongCall): Promise<File[]>;

  /** What a model takes when it is tried. */
  tryView(model: NamedModel): Promise<creation.TryView>;
  /** Runs models on one input, given for each network input by name. */
  predict(
    models: NamedModel | readonly NamedModel[],
    inputs: Readonly<Record<string, creation.TryInput>>,
    options?: LongCall,
  ): Promise<creation.Prediction[]>;
  /** Runs one model of one input: text, numbers, an `ImageData`, or a `TryInput`. */
  try(model: NamedModel, input: GivenInput, options?: LongCall): Promise<creation.Prediction>;
  /** What this browser can compute on. */
  devices(): Promise<ComputeReport>;
}

const silent: OnCreationEvent = () => undefined;

async function ordered(
  find: Names,
  fn: string,
  { parents, args, data, ...rest }: CreateOptions,
): Promise<creation.CreateOrder> {
  const uses: (DatasetId | DataUse)[] = [];
  for (const one of data ?? []) uses.push(typeof one === 'string' ? await find.dataset(one) : one);
  return {
    function: fn,
    parents: await find.models(parents),
    ...(args === undefined ? {} : { arguments: args }),
    ...(data === undefined ? {} : { data: uses }),
    ...rest,
  };
}

async function rerunOrder(
  lineage: LineageApi,
  find: Names,
  model: NamedModel,
  { parents, args, ...rest }: RerunOptions,
): Promise<creation.CreateOrder> {
  const id = await find.model(model);
  const node = (await lineage.graph()).nodes.find((one) => one.id === id);
  if (node?.recipe === undefined) throw new LineageError('recipe-missing', { node: model });
  const { recipe } = node;
  return {
    function: recipe.function,
    parents:
      parents === undefined
        ? recipe.parents.map(({ node: parent }) => parent)
        : await find.models(parents),
    arguments: { ...recipe.arguments, ...args },
    data: recipe.data,
    seed: recipe.seed,
    ...rest,
  };
}

type Making =
  | 'functions' | 'proposeUse' | 'previewCreation' | 'create' | 'pauseJob' | 'continueJob' | 'finishJob'
  | 'pendingJobs' | 'resumeJob' | 'discardJob' | 'replay' | 'rerun' | 'trainingReport'; // prettier-ignore

function making(lineage: LineageApi, find: Names): Pick<CreationMgit, Making> {
  return {
    functions: async (parents = []) => lineage.functions(await find.models(parents)),
    proposeUse: async (parents, dataset) =>
      lineage.proposeUse(await find.models(parents), await find.dataset(dataset)),
    previewCreation: async (fn, options, call) =>
      lineage.previewCreation(await ordered(find, fn, options), run(call)[0]),
    create: async (fn, options, call) =>
      lineage.create(await ordered(find, fn, options), ...run(call), call?.onEvent ?? silent),
    pauseJob: (job) => lineage.pauseJob(job),
    continueJob: (job) => lineage.continueJob(job),
    finishJob: (job) => lineage.finishJob(job),
    pendingJobs: () => lineage.pendingJobs(),
    resumeJob: (id, call) => lineage.resumeJob(id, ...run(call), call?.onEvent ?? silent),
    discardJob: (id) => lineage.discardJob(id),
    replay: async (model, call) =>
      lineage.replay(await find.model(model), ...run(call), call?.onEvent ?? silent),
    rerun: async (model, options, call) =>
      lineage.create(
        await rerunOrder(lineage, find, model, options),
        ...run(call),
        call?.onEvent ?? silent,
      ),
    trainingReport: async (model) => lineage.trainingReport(await find.model(model)),
  };
}

/** The calls about making and trying models over the wire to the lineage worker. */
export function creationCalls(lineage: LineageApi): CreationMgit {
  const find = names(() => lineage.graph());
  return {
    ...making(lineage, find),
    datasets: async () => (await lineage.graph()).datasets,
    proposeDataset: (files, options) =>
      lineage.proposeDataset([...files].map(incoming), options?.reading, ...run(options)),
    addDataset: (files, { name, reading, notes, ...call } = {}) =>
      lineage.addDataset(
        [...files].map(incoming),
        {
          ...(name === undefined ? {} : { name }),
          ...(reading === undefined ? {} : { reading }),
          ...(notes === undefined ? {} : { notes }),
        },
        ...run(call),
      ),
    datasetPreview: async (dataset, options) =>
      lineage.datasetPreview(await find.dataset(dataset), run(options)[0]),
    renameDataset: async (dataset, name) =>
      lineage.renameDataset(await find.dataset(dataset), name),
    annotateDataset: async (dataset, notes) =>
      lineage.annotateDataset(await find.dataset(dataset), notes),
    removeDataset: async (dataset) => lineage.removeDataset(await find.dataset(dataset)),
    exportDataset: async (dataset, options) =>
      lineage.exportDataset(await find.dataset(dataset), ...run(options)),
    tryView: async (model) => lineage.tryView(await find.model(model)),
    predict: async (models, inputs, options) =>
      lineage.predict(
        await find.models(typeof models === 'string' ? [models] : models),
        inputs,
        run(options)[0],
      ),
    try: async (model, input, options) => {
      const id = await find.model(model);
      const view = await lineage.tryView(id);
      const inputs = givenInput(view, input);
      const [prediction] = await lineage.predict([id], inputs, run(options)[0]);
      if (prediction === undefined) throw new Error('no prediction came back');
      return prediction;
    },
    devices: () => lineage.devices(),
  };
}
