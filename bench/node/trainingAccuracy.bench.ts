import process from 'node:process';
import { jaxPeer } from '../../src/compute/independentJax.fixture.ts';
import { Heard, never, settings, testCompute } from '../../src/compute/training.fixture.ts';
import { batchAssembler, epochOrder } from '../../src/core/data/batches.ts';
import { prepareData } from '../../src/core/data/prepare.ts';
import { proposeUse, type UsableData } from '../../src/core/data/proposeUse.ts';
import type { SnapshotId } from '../../src/core/ids.ts';
import { bagOfEmbeddings } from '../../src/core/models/bagOfEmbeddings.ts';
import { gruAudio } from '../../src/core/models/gruAudio.ts';
import { lenet } from '../../src/core/models/lenet.ts';
import { mlp } from '../../src/core/models/mlp.ts';
import type { Network } from '../../src/core/network/network.ts';
import { trainableWeights } from '../../src/core/network/trainableWeights.ts';
import type { TrainSettings } from '../../src/core/training/settings.ts';
import type { TrainJob } from '../../src/core/training/trainJob.ts';
import {
  datasetFiles,
  hasDatasets,
  quietRun,
  testPorts,
} from '../../src/formats/data/dataset.fixture.ts';
import { readDataset } from '../../src/formats/data/readDataset.ts';
import { sniffData } from '../../src/formats/data/sniffData.ts';

interface Task {
  readonly title: string;
  readonly folder: string;
  readonly network: (seed: number) => Network;
  readonly settings: Pick<TrainSettings, 'epochs' | 'batchSize' | 'learningRate' | 'optimizer'>;
}

const momentum = { is: 'sgd', momentum: 0.9, nesterov: false } as const;
const adam = { is: 'adam', b1: 0.9, b2: 0.999, eps: 1e-8 } as const;
const seeds = [1, 2, 3, 4, 5];

const tasks: readonly Task[] = [
  {
    title: 'UCI digits, MLP 64-64-10',
    folder: 'optdigits',
    network: (seed) => mlp({ inputs: 64, hidden: [64], classes: 10, seed }),
    settings: { epochs: 10, batchSize: 64, learningRate: 0.05, optimizer: momentum },
  },
  {
    title: 'UCI digits, LeNet 8 × 8',
    folder: 'optdigits',
    network: (seed) => lenet({ size: 8, seed }),
    settings: { epochs: 3, batchSize: 32, learningRate: 0.02, optimizer: momentum },
  },
  {
    title: 'MNIST t10k, MLP 784-128-10',
    folder: 'mnist',
    network: (seed) => mlp({ inputs: 784, hidden: [128], classes: 10, seed }),
    settings: { epochs: 4, batchSize: 64, learningRate: 0.05, optimizer: momentum },
  },
  {
    title: 'spoken digits, GRU over log-mel',
    folder: 'fsdd',
    network: (seed) => gruAudio({ hidden: 32, seed }),
    settings: { epochs: 40, batchSize: 32, learningRate: 0.002, optimizer: adam },
  },
  {
    title: 'sentences, bag of embeddings',
    folder: 'sentiment',
    network: (seed) => bagOfEmbeddings({ seed }),
    settings: { epochs: 6, batchSize: 64, learningRate: 0.005, optimizer: adam },
  },
];

/**
 * Accuracy on 30 % that were held back, of our training and of jax-js's: the same start weights, batches and
 * settings, so that only the arithmetic differs. `TASKS=mnist` picks some.
 */
export async function run(): Promise<void> {
  if (!hasDatasets) {
    console.log('SKIPPED: ../shared/data/datasets is not there.');
    return;
  }
  const chosen = process.env['TASKS'] ?? '';
  console.log(
    '| task | steps | ours, mean of 5 seeds | jax-js | difference of the means | largest difference of a seed |',
  );
  console.log('| --- | ---: | ---: | ---: | ---: | ---: |');
  for (const task of tasks.filter(({ folder }) => folder.includes(chosen))) {
    const data = await dataOf(task.folder);
    const both: (readonly [ours: number, theirs: number])[] = [];
    let steps = 0;
    for (const seed of seeds) {
      const job = jobOf(task, data, seed);
      const { report } = await testCompute().train(job, new Heard(), never);
      steps = report.steps;
      both.push([report.test?.heads[0]?.accuracy ?? Number.NaN, await peerAccuracy(job)]);
    }
    const mean = (which: 0 | 1) =>
      both.reduce((sum, pair) => sum + 100 * pair[which], 0) / both.length;
    const most = Math.max(...both.map(([ours, theirs]) => Math.abs(ours - theirs) * 100));
    console.log(
      `| ${task.title} | ${steps} | ${mean(0).toFixed(2)} % | ${mean(1).toFixed(2)} % | ` +
        `${(mean(0) - mean(1)).toFixed(2)} | ${most.toFixed(2)} |`,
    );
  }
}

async function dataOf(folder: string): Promise<UsableData> {
  const sniffed = await sniffData(datasetFiles(folder));
  if (sniffed.is !== 'found') throw new Error(sniffed.why);
  const { reading } = sniffed;
  const read = await readDataset(sniffed.files, reading, testPorts, quietRun);
  return { dataset: 'bench' as SnapshotId, name: folder, reading, ...read };
}

function jobOf(task: Task, data: UsableData, seed: number): TrainJob {
  const network = task.network(seed);
  const { use } = proposeUse(network, data, { seed });
  const split = { train: 0.7, validation: 0, test: 0.3, seed, stratified: true };
  return {
    id: 'bench',
    network,
    trainable: trainableWeights(network),
    heads: [{ output: 'logits', loss: { is: 'cross-entropy' }, weight: 1 }],
    settings: {
      ...settings,
      ...task.settings,
      microBatch: task.settings.batchSize,
      batchNorm: 'batch',
      seed,
    },
    data: prepareData(data.examples, { ...use, split, augment: [] }),
    device: 'wasm',
    checkpointSeconds: 1e9,
  };
}

/** Trains the same on jax-js; the last batch of an epoch may be smaller there. */
async function peerAccuracy({ network, trainable, settings: chosen, data }: TrainJob) {
  // ONNX Runtime puts Node's own there, which jax-js would take for a browser's.
  Reflect.deleteProperty(globalThis, 'Worker');
  const { optimizer, learningRate } = chosen;
  const peer = await jaxPeer({ network, trainable, optimizer, learningRate });
  const assembler = batchAssembler(data, data.train);
  for (let epoch = 1; epoch <= chosen.epochs; epoch++) {
    const order = epochOrder(data.train.count, chosen.seed, epoch);
    for (let from = 0; from < order.length; from += chosen.batchSize) {
      const batch = assembler.assemble(order.subarray(from, from + chosen.batchSize));
      const labels = Int32Array.from(batch.targets.get('logits') ?? []);
      await peer.step({ inputs: Object.fromEntries(batch.inputs), labels });
    }
  }
  const rows = Array.from({ length: data.test.count }, (_, row) => row);
  const test = batchAssembler(data, data.test).assemble(rows);
  const found = await peer.classify(Object.fromEntries(test.inputs), test.count);
  const labels = test.targets.get('logits') ?? new Int32Array(0);
  return found.filter((label, at) => label === labels[at]).length / test.count;
}
