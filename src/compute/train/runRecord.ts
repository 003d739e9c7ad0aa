import type { Literal } from '../../core/network/network.ts';
import type { Environment, EpochReport, TrainNotice } from '../../core/training/report.ts';
import type { Checkpoint } from '../../core/training/trainJob.ts';
import { LossLog } from './lossLog.ts';

/** The best weights so far. */
export type Best = NonNullable<Checkpoint['best']>;

const nothing = { step: 0, epochs: [], losses: [], trainedMs: 0 };

/** What a run has done so far, besides its tensors: what a checkpoint keeps and a report tells. */
export class RunRecord {
  step: number;
  readonly epochs: EpochReport[];
  readonly notices: TrainNotice[];
  readonly log: LossLog;
  best: Best | undefined;
  readonly #trainedBefore: number;
  readonly #startedAt = performance.now();
  /** Sum and number of the losses of the epoch that goes on. */
  #epochLoss = { sum: 0, steps: 0 };

  constructor(from: Checkpoint | undefined, stepsPerEpoch: number, notices: TrainNotice[]) {
    const { step, epochs, losses, trainedMs } = from ?? nothing;
    this.step = step;
    this.epochs = [...epochs];
    this.notices = notices;
    this.log = new LossLog(losses);
    this.best = from?.best;
    this.#trainedBefore = trainedMs;
    // Of an epoch that was broken off, the points of the curve stand for all of its steps.
    const begun = step - (step % stepsPerEpoch);
    for (const [at, loss] of losses) if (at > begun) this.addToEpoch(loss);
  }

  /** @param step - 1-based. */
  addLoss(step: number, loss: number): void {
    this.log.add(step, loss);
    this.addToEpoch(loss);
  }

  addToEpoch(loss: number): void {
    this.#epochLoss.sum += loss;
    this.#epochLoss.steps++;
  }

  /** Mean loss of the epoch's steps; undefined where there were none. Begins the next epoch. */
  takeEpochLoss(): number | undefined {
    const { sum, steps } = this.#epochLoss;
    this.#epochLoss = { sum: 0, steps: 0 };
    return steps === 0 ? undefined : sum / steps;
  }

  /** Time of the run in ms, its earlier parts included and pauses left out. */
  trainedMs(pausedMs: number): number {
    return this.#trainedBefore + performance.now() - this.#startedAt - pausedMs;
  }

  checkpoint(
    state: ReadonlyMap<string, Literal>,
    environment: Environment,
    microBatch: number,
    pausedMs: number,
  ): Checkpoint {
    return {
      step: this.step,
      state,
      ...(this.best === undefined ? {} : { best: this.best }),
      epochs: [...this.epochs],
      losses: this.log.points(),
      notices: [...this.notices],
      environment,
      microBatch,
      trainedMs: this.trainedMs(pausedMs),
    };
  }
}
