import { bytesSource } from '../../src/app/create/bytesSource.ts';
import { creationBench, type CreationBench } from '../../src/app/create/creationBench.fixture.ts';
import { joinPieces } from '../../src/app/create/joinPieces.ts';
import { addDataset } from '../../src/app/data/addDataset.ts';
import { prepareUse } from '../../src/app/data/prepareUse.ts';
import { exportModels } from '../../src/app/exportModels.ts';
import { creationFunctions } from '../../src/app/functions/registry.ts';
import { noRun } from '../../src/app/import/importModels.fixture.ts';
import { parentModel } from '../../src/app/create/parentModel.ts';
import { testCompute } from '../../src/compute/training.fixture.ts';
import type { CreateOrder } from '../../src/core/creationViews.ts';
import type { DataUse } from '../../src/core/data/dataUse.ts';
import type { DatasetRecord, Reading } from '../../src/core/data/dataset.ts';
import type { NodeId } from '../../src/core/ids.ts';
import { numbersOf } from '../../src/core/network/literal.ts';
import type { Literal, Network } from '../../src/core/network/network.ts';
import { networkWeights, trainableWeights } from '../../src/core/network/trainableWeights.ts';
import type { Compute } from '../../src/core/ports/compute.ts';
import type { PartMetrics } from '../../src/core/training/report.ts';
import type { Head, TrainSettings } from '../../src/core/training/settings.ts';
import type { TrainData } from '../../src/core/training/trainJob.ts';

/** One of the files of a data set. */
export interface DataFile {
  readonly path: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** The app's use cases on a store in memory, computing on the processor with one thread. */
export interface LineageBench {
  readonly app: CreationBench;
  /** Adds a data set as dropped files are. */
  addData(name: string, files: readonly DataFile[], reading: Reading): Promise<DatasetRecord>;
  /** Imports a network that has no recipe. */
  importNetwork(name: string, network: Network): Promise<NodeId>;
  /** Makes models by a creation function; their nodes by name. */
  make(order: CreateOrder): Promise<ReadonlyMap<string, NodeId>>;
  /** The one model that an order makes. */
  makeOne(order: CreateOrder): Promise<NodeId>;
  networkOf(id: NodeId): Promise<Network>;
  /** Metrics of a model on the test part of a data use. */
  scoreOn(id: NodeId, use: DataUse): Promise<PartMetrics>;
  /** The only file of a model, as an export gives it. */
  fileOf(id: NodeId): Promise<DataFile>;
  /** Lets go of the compiled graphs. */
  close(): Promise<void>;
}

/** Every model of the graphs has this output, trained to classes. */
export const classHead: Head = { output: 'logits', loss: { is: 'cross-entropy' }, weight: 1 };

export async function lineageBench(): Promise<LineageBench> {
  const compute = testCompute({ app: 'lineages' });
  const app = await creationBench(creationFunctions, compute);
  const { ports } = app;
  const make: LineageBench['make'] = async (order) => {
    const { models } = await app.create({ device: 'wasm', threads: 1, ...order });
    return new Map(models.map(({ id, name }) => [name, id]));
  };
  const networkOf = async (id: NodeId): Promise<Network> =>
    (await parentModel(ports, id, noRun)).network();
  return {
    app,
    make,
    networkOf,
    importNetwork: app.importNetwork,
    addData: async (name, files, reading) => {
      const sources = files.map(({ path, bytes }) => bytesSource(path, bytes));
      const { id } = await addDataset(ports, sources, { name, reading }, noRun);
      const record = (await ports.session.lineage()).datasets.get(id);
      if (record === undefined) throw new Error(`no data set ${name}`);
      return record;
    },
    makeOne: async (order) => {
      const made = await make(order);
      const [id] = made.values();
      if (id === undefined || made.size > 1) throw new Error(`${made.size} models, not one`);
      return id;
    },
    scoreOn: async (id, use) =>
      score(compute, await networkOf(id), await prepareUse(ports, use, noRun)),
    fileOf: async (id) => {
      const [model] = await exportModels(ports, [id], noRun);
      const [file, ...others] = model?.files ?? [];
      if (file === undefined || others.length > 0) throw new Error('a model of one file');
      return { path: file.name, bytes: await joinPieces(file.bytes, file.sizeBytes) };
    },
    close: () => compute.close(),
  };
}

/** Metrics on what `data` calls `test`. */
export function score(compute: Compute, network: Network, data: TrainData): Promise<PartMetrics> {
  return compute.evaluate(network, [classHead], data, 'wasm', noRun.signal);
}

/** Share of right classes, 0 to 1. */
export function accuracyOf(metrics: PartMetrics | undefined): number {
  return metrics?.heads[0]?.accuracy ?? NaN;
}

/** Settings of a training that no recipe tells: that of a base. */
export type BaseSettings = Partial<TrainSettings> &
  Pick<TrainSettings, 'epochs' | 'learningRate' | 'seed'>;

/** The network with the weights that training all of them gives. */
export async function trainBase(
  network: Network,
  data: TrainData,
  given: BaseSettings,
): Promise<Network> {
  const settings: TrainSettings = {
    batchSize: 32,
    microBatch: given.batchSize ?? 32,
    optimizer: { is: 'adam', b1: 0.9, b2: 0.999, eps: 1e-8 },
    schedule: { is: 'constant' },
    warmupSteps: 0,
    weightDecay: 0,
    decayAll: false,
    batchNorm: 'batch',
    precision: 'f32',
    keep: 'last',
    dropout: 'off',
    ...given,
  };
  const compute = testCompute({ app: 'lineages' });
  try {
    const { weights } = await compute.train(
      {
        id: network.name,
        network,
        trainable: trainableWeights(network),
        heads: [classHead],
        settings,
        data,
        device: 'wasm',
        threads: 1,
        checkpointSeconds: 1e6,
      },
      { onEvent: () => undefined, onCheckpoint: () => Promise.resolve() },
      noRun.signal,
    );
    return { ...network, initializers: new Map([...network.initializers, ...weights]) };
  } finally {
    await compute.close();
  }
}

/** Share of zeros in a network's matrices and kernels. */
export function sparsityOf(network: Network): number {
  let [zeros, all] = [0, 0];
  for (const { weights } of networkWeights(network).layers)
    for (const { name, part } of weights) {
      if (part !== 'kernel') continue;
      const values = numbersOf(network.initializers.get(name) as Literal);
      all += values.length;
      for (const value of values) if (value === 0) zeros += 1;
    }
  return zeros / all;
}
