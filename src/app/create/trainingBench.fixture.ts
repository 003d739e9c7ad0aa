import { blobs, perceptron, testCompute } from '../../compute/training.fixture.ts';
import type { DatasetId, NodeId } from '../../core/ids.ts';
import type { Compute } from '../../core/ports/compute.ts';
import type { TrainJob } from '../../core/training/trainJob.ts';
import type { MemoryPlace } from '../../storage/memory/openMemoryStores.ts';
import { memoryPlace } from '../../storage/memory/openMemoryStores.ts';
import { creationFunctions } from '../functions/registry.ts';
import { creationBench, type CreationBench } from './creationBench.fixture.ts';

/** Points in three classes as a table with a label: columns `a`, `b` and `kind`. */
export function blobTable(count = 90, seed = 1, names = ['red', 'green', 'blue']): string {
  const [x, y] = blobs(count, seed).columns;
  const rows = Array.from({ length: count }, (_, i) =>
    [x?.data[2 * i], x?.data[2 * i + 1], names[(y?.data[i] ?? 0) % names.length]].join(','),
  );
  return ['a,b,kind', ...rows].join('\n');
}

export interface TrainingBench extends CreationBench {
  readonly base: NodeId;
  readonly points: DatasetId;
  /** Jobs that reached the device, in order. */
  readonly trained: TrainJob[];
}

export interface TrainingBenchOptions {
  readonly place?: MemoryPlace;
  /** Seconds between checkpoints; 0 for one after each step. */
  readonly checkpointSeconds?: number;
  /** Called as a checkpoint is about to be stored. */
  readonly onCheckpoint?: () => void | Promise<void>;
  readonly compute?: Compute;
}

/** The use cases on a store in memory, with all functions and this process's own compute. */
export async function emptyTrainingBench(options: TrainingBenchOptions = {}) {
  const trained: TrainJob[] = [];
  const inner = options.compute ?? testCompute({ stepsPerRun: 1 });
  const compute: Compute = {
    describe: () => inner.describe(),
    pause: (job) => inner.pause(job),
    goOn: (job) => inner.goOn(job),
    finish: (job) => inner.finish(job),
    estimate: (...given) => inner.estimate(...given),
    evaluate: (...given) => inner.evaluate(...given),
    predict: (...given) => inner.predict(...given),
    train(job, listener, signal) {
      trained.push(job);
      const { checkpointSeconds = job.checkpointSeconds } = options;
      return inner.train(
        { ...job, checkpointSeconds },
        {
          ...listener,
          onCheckpoint: async (checkpoint) => {
            await listener.onCheckpoint(checkpoint);
            await options.onCheckpoint?.();
          },
        },
        signal,
      );
    },
  };
  const bench = await creationBench(creationFunctions, compute, options.place);
  return { ...bench, trained };
}

/** As `emptyTrainingBench`, with a small network and points for it. */
export async function trainingBench(options: TrainingBenchOptions = {}): Promise<TrainingBench> {
  const bench = await emptyTrainingBench(options);
  const base = await bench.importNetwork('base', perceptron());
  const { id: points } = await bench.addText('points.csv', blobTable());
  return { ...bench, base, points };
}

/** The disk as it is now, as another tab finds it after this one died. */
export function copyOf({ disk }: MemoryPlace): MemoryPlace {
  const copy = memoryPlace();
  copy.disk.usedBytes = disk.usedBytes;
  for (const [name, records] of disk.tables) copy.disk.tables.set(name, structuredClone(records));
  return copy;
}
