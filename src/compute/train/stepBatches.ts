import { learningRateFactor, type Course } from '../../autograd/training/schedule.ts';
import type { TrainingStep } from '../../autograd/training/stepTypes.ts';
import { batchAssembler, epochOrder, type BatchAssembler } from '../../core/data/batches.ts';
import type { TrainJob } from '../../core/training/trainJob.ts';
import { headFeeds, type StepBatch } from './batchFeeds.ts';

/** Makes the batch of any step of a run from the step's number alone: a resumed run has the same. */
export class StepBatches {
  readonly stepsPerEpoch: number;
  readonly steps: number;
  /** Examples of the last batch of an epoch that are there twice, the second time weighing nothing. */
  readonly filled: number;
  readonly #job: TrainJob;
  readonly #course: Course;
  readonly #assembler: BatchAssembler;
  #order: { readonly epoch: number; readonly rows: Uint32Array } | undefined;

  constructor(job: TrainJob) {
    const { settings, data } = job;
    this.#job = job;
    this.stepsPerEpoch = Math.ceil(data.train.count / settings.batchSize);
    this.steps = this.stepsPerEpoch * settings.epochs;
    this.filled = this.stepsPerEpoch * settings.batchSize - data.train.count;
    this.#course = {
      steps: this.steps,
      stepsPerEpoch: this.stepsPerEpoch,
      warmupSteps: settings.warmupSteps,
    };
    this.#assembler = batchAssembler(data, data.train);
  }

  /** @param step - 1-based. */
  learningRate(step: number): number {
    const { schedule, learningRate } = this.#job.settings;
    return learningRate * learningRateFactor(schedule, step, this.#course);
  }

  /** @param step - 1-based. @param lossScale - of half precision. */
  make({ heads, scalarsOf }: TrainingStep, step: number, lossScale: number): StepBatch {
    const { settings, data } = this.#job;
    const epoch = Math.floor((step - 1) / this.stepsPerEpoch) + 1;
    const start = ((step - 1) % this.stepsPerEpoch) * settings.batchSize;
    const order = this.#orderOf(epoch);
    const rows = Uint32Array.from(
      { length: settings.batchSize },
      // Filled up with the epoch's first examples, which then weigh nothing.
      (_, at) => order[(start + at) % order.length] ?? 0,
    );
    const batch = this.#assembler.assemble(rows, { seed: settings.seed, epoch });
    const examples = Math.min(settings.batchSize, data.train.count - start);
    return {
      step,
      batch,
      losses: headFeeds(heads, batch, examples),
      scalars: scalarsOf(step, this.learningRate(step), lossScale),
    };
  }

  #orderOf(epoch: number): Uint32Array {
    if (this.#order?.epoch !== epoch)
      this.#order = {
        epoch,
        rows: epochOrder(this.#job.data.train.count, this.#job.settings.seed, epoch),
      };
    return this.#order.rows;
  }
}
