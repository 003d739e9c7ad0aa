import type { SampleView, TryView } from '../core/creationViews.ts';
import type { DatasetRecord, DatasetSummary } from '../core/data/dataset.ts';
import type { DataUse } from '../core/data/dataUse.ts';
import type { DatasetId, NodeId, SnapshotId } from '../core/ids.ts';
import type { GraphData, ModelNode } from '../core/lineage/graph.ts';
import { LineageError } from '../core/lineageError.ts';
import type {
  Environment,
  HeadMetrics,
  PartMetrics,
  TrainReport,
} from '../core/training/report.ts';
import type { LineageApi } from '../rpc/api.ts';
import { sampleFunctions } from './functions.fixture.ts';
import { modelNode } from './modelNode.fixture.ts';

/*
 * Plausible answers about making and trying models and about data sets, for tests of the interface and
 * for looking at it. Nothing is trained.
 */

const digits = Array.from({ length: 10 }, (_, i) => `${i}`);

const summary: DatasetSummary = {
  kind: 'images',
  examples: 1797,
  columns: [
    { name: 'image', type: 'image', shape: [8, 8] },
    {
      name: 'label',
      type: 'category',
      values: digits.map((value, i) => ({ value, count: 183 - i })),
    },
  ],
  label: 'label',
  badRows: [{ file: 'digits.csv', line: 12, reason: 'has 64 values where 65 are expected' }],
  badRowCount: 1,
  sizeBytes: 294_000,
};

const delimited = {
  is: 'delimited',
  delimiter: ',',
  header: true,
  columns: ['a', 'b', 'label'],
  label: 'label',
} as const;

/** Two data sets: digits that fit, a table that does not. */
export function sampleDatasets(): DatasetRecord[] {
  return [
    {
      id: 'data-1' as DatasetId,
      name: 'digits',
      snapshot: 'd1'.repeat(32) as SnapshotId,
      reading: delimited,
      summary,
      notes: 'UCI optical digits, CC BY 4.0',
      createdAt: Date.UTC(2026, 10, 21),
    },
    {
      id: 'data-2' as DatasetId,
      name: 'weather',
      snapshot: 'd2'.repeat(32) as SnapshotId,
      reading: delimited,
      summary: { ...summary, kind: 'table', examples: 365, badRows: [], badRowCount: 0 },
      notes: '',
      createdAt: Date.UTC(2026, 10, 20),
    },
  ];
}

export const sampleUse: DataUse = {
  dataset: 'd1'.repeat(32) as SnapshotId,
  name: 'digits',
  reading: delimited,
  inputs: {
    x: {
      is: 'image',
      column: 'image',
      height: 8,
      width: 8,
      channels: 1,
      layout: 'NCHW',
      scale: 1 / 16,
      mean: [0.3],
      deviation: [0.37],
      invert: false,
    },
  },
  targets: { logits: { column: 'label', classes: digits } },
  split: { train: 0.7, validation: 0.15, test: 0.15, seed: 7, stratified: true },
  augment: [],
  asCopies: false,
};

const head = (accuracy: number): HeadMetrics => ({
  output: 'logits',
  loss: 1.4 - accuracy,
  accuracy,
  classes: digits,
  confusion: digits.map((_, row) =>
    digits.map((__, column) => (row === column ? 25 : row === 8 && column === 1 ? 3 : 0)),
  ),
});

const part = (accuracy: number): PartMetrics => ({
  loss: 1.4 - accuracy,
  heads: [head(accuracy)],
  examples: 270,
});

const environment: Environment = {
  app: '0.1.0',
  backend: 'wasm',
  threads: 2,
  runtime: '1.30.0',
  stepsPerRun: 4,
};

export const sampleReport: TrainReport = {
  environment,
  steps: 200,
  epochs: Array.from({ length: 6 }, (_, epoch) => ({
    epoch,
    step: epoch * 40,
    ...(epoch === 0 ? {} : { trainLoss: 2.3 / (epoch + 1) }),
    validation: part(0.98 - 0.8 / (epoch + 1)),
    learningRate: 1e-3,
    elapsedMs: epoch * 400,
  })),
  losses: Array.from({ length: 200 }, (_, i) => [i + 1, 2.3 * Math.exp(-i / 60) + 0.05] as const),
  kept: 5,
  test: part(0.9712),
  notices: [{ step: 120, is: 'stopped-early', text: 'No better validation loss for 5 epochs.' }],
  stepMs: 9.6,
  trainedMs: 2000,
  examplesPerEpoch: 1257,
};

/** A model that was finetuned here from the first of the sample graph. */
export function madeNode(index: number, name: string, learningRate: number): ModelNode {
  const parent = modelNode(0, 'resnet20-base');
  return modelNode(index, name, {
    recipe: {
      version: 1,
      function: 'finetune',
      functionVersion: 1,
      parents: [{ role: 'base', node: parent.id, snapshot: parent.snapshot }],
      arguments: { epochs: 5, learningRate, optimizer: 'adamw' },
      data: [sampleUse],
      seed: 42,
      environment,
    },
    outcome: { test: part(0.97 - learningRate), parentTest: part(0.11), validation: part(0.96) },
  });
}

/** A base and two models finetuned from it here, with two data sets. */
export function creationGraph(): GraphData {
  const nodes = [
    modelNode(0, 'resnet20-base'),
    madeNode(1, 'digits-slow', 0.001),
    madeNode(2, 'digits-fast', 0.01),
  ];
  const edge = (to: number, grade: 'declared' | 're-derived') =>
    ({
      kind: 'provenance',
      from: (nodes[0] as ModelNode).id,
      to: (nodes[to] as ModelNode).id,
      grade,
      role: 'base',
    }) as const;
  return {
    nodes,
    edges: [edge(1, 'declared'), edge(2, 're-derived')],
    rejections: [],
    datasets: sampleDatasets(),
    tests: [],
    branches: [],
  };
}

const samples: readonly SampleView[] = [
  {
    is: 'image',
    width: 8,
    height: 8,
    channels: 1,
    label: '3',
    pixels: Uint8Array.from({ length: 64 }, (_, i) => (i * 37) % 256),
  },
  { is: 'wave', peaks: [[-0.2, 0.3]], seconds: 0.5, label: 'seven' },
  { is: 'text', text: 'a fine film', label: 'positive' },
  { is: 'row', values: ['1.5', '2', 'a'] },
];

const tryView: TryView = {
  inputs: [
    {
      name: 'x',
      shape: ['batch', 1, 8, 8],
      preprocessing: sampleUse.inputs['x'] as never,
      from: 'recipe',
    },
  ],
};

type CreationPart = Pick<
  LineageApi,
  | 'functions' | 'proposeUse' | 'previewCreation' | 'create' | 'pauseJob' | 'continueJob' | 'finishJob'
  | 'pendingJobs' | 'resumeJob' | 'discardJob' | 'replay' | 'trainingReport' | 'proposeDataset'
  | 'addDataset' | 'datasetPreview' | 'renameDataset' | 'annotateDataset' | 'removeDataset' | 'exportDataset'
  | 'tryView' | 'predict' | 'devices'
>; // prettier-ignore

const node1 = modelNode(1, '').id;
const created = {
  models: [{ id: node1, name: 'digits-slow' }],
  rawBytes: 246_000,
  storedBytes: 12_000,
};

/** The part of the API that makes and tries models, answering without doing. */
export function fakeCreation(): CreationPart {
  return {
    functions: (parents) =>
      Promise.resolve(
        sampleFunctions.map((view) => {
          const { unfit, ...fit } = view;
          return unfit === undefined || parents.length > 1 ? fit : view;
        }),
      ),
    proposeUse: (_parents, dataset) =>
      dataset === 'data-1'
        ? Promise.resolve(sampleUse)
        : Promise.reject(new LineageError('data-unfit', { reason: 'it has no images' })),
    previewCreation: (order) =>
      Promise.resolve({
        steps: [`Trains ${order.parents.length} model on digits`],
        models: [order.name ?? 'resnet20-base-finetuned'],
        warnings: [],
        estimate: {
          peakBytes: 48e6,
          weightBytes: 1e6,
          stateBytes: 2e6,
          activationBytes: 45e6,
          stepMs: 10,
          steps: 200,
          environment,
          jobs: 1,
          totalMs: 2000,
        },
      }),
    create: () => Promise.resolve(created),
    pauseJob: () => Promise.resolve(),
    continueJob: () => Promise.resolve(),
    finishJob: () => Promise.resolve(),
    pendingJobs: () => Promise.resolve([]),
    resumeJob: () => Promise.resolve(created),
    discardJob: () => Promise.resolve(),
    replay: (id) =>
      Promise.resolve({
        node: id,
        regraded: true,
        grade: {
          is: 'equal-bits',
          text: 'All 272,474 weights have equal bits.',
          largestDifference: 0,
          differing: 0,
          elements: 272_474,
          metrics: [{ name: 'accuracy', before: 0.97, after: 0.97, tolerance: 0.01 }],
        },
      }),
    trainingReport: (id) => Promise.resolve(id === modelNode(0, '').id ? undefined : sampleReport),
    proposeDataset: (_files, reading) =>
      Promise.resolve({
        reading: reading ?? delimited,
        name: 'digits-2',
        summary,
        samples,
        badRows: summary.badRows,
      }),
    addDataset: (_files, { name = 'digits-2' }) =>
      Promise.resolve({ id: 'data-1' as DatasetId, name, summary, existing: false }),
    datasetPreview: () => Promise.resolve({ summary, samples }),
    renameDataset: () => Promise.resolve(),
    annotateDataset: () => Promise.resolve(),
    removeDataset: () => Promise.resolve(),
    exportDataset: () => Promise.resolve([new File(['x'], 'digits.csv')]),
    tryView: () => Promise.resolve(tryView),
    predict: (ids: readonly NodeId[]) =>
      Promise.resolve(
        ids.map((node, index) => ({
          node,
          outputs: [
            {
              name: 'logits',
              shape: [1, 10],
              values: digits.map((_, i) => (i === 3 ? 4 : 0)),
              count: 10,
              classes: digits.map((name, i) => ({
                name,
                probability: i === 3 ? 0.82 - index / 10 : 0.02 + index / 90,
              })),
            },
          ],
          ms: 1.4,
          backend: 'wasm',
        })),
      ),
    devices: () =>
      Promise.resolve({
        webgpu: { is: 'unusable', reason: 'this browser has no WebGPU' },
        wasm: { threads: 2, cores: 2, isolated: true },
        runtime: '1.30.0',
      }),
  };
}
