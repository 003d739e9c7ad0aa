import { LineageError } from '../../core/lineageError.ts';
import type { Literal } from '../../core/network/network.ts';
import type { TrainNotice } from '../../core/training/report.ts';
import type { Checkpoint, TrainJob, TrainOutcome } from '../../core/training/trainJob.ts';
import type { CheckpointStore } from './checkpointStore.ts';
import { firstNotFinite } from './deviceState.ts';
import type { EventThrottle } from './eventThrottle.ts';
import { LossScale } from './lossScale.ts';
import { NotFinite } from './notFinite.ts';
import { freeLosses, readLosses, type PendingLosses } from './pendingLosses.ts';
import type { RunControl } from './runControl.ts';
import { RunRecord } from './runRecord.ts';
import { StepBatches } from './stepBatches.ts';
import { StepClock } from './stepClock.ts';
import { TrainSession, type SessionOptions } from './trainSession.ts';

export interface RunOptions extends SessionOptions {
  readonly control: RunControl;
  readonly events: EventThrottle;
  readonly checkpoints: CheckpointStore;
  /** What was said before; the run adds to it. */
  readonly notices: TrainNotice[];
}

/** Longest computing without a look at the outside, in ms: an abort may wait so long. */
const lookAfterMs = 200;
/** Most steps whose losses are left on a GPU unread: its queue must not grow without end. */
const mostPending = 32;

/** A training run on one runtime, from a checkpoint or the beginning to its end or a failure. */
export class TrainRun {
  readonly record: RunRecord;
  readonly #options: RunOptions;
  readonly #job: TrainJob;
  readonly #session: TrainSession;
  readonly #batches: StepBatches;
  readonly #clock = new StepClock();
  readonly #scale = new LossScale();
  readonly #pending: PendingLosses[] = [];
  /** Steps done on the device; `record.step` are those whose losses are known. */
  #issued: number;
  /** The step after which it was ended by hand. */
  #finishedAt: number | undefined;
  /** Steps until the next look. */
  #pace = 1;

  private constructor(options: RunOptions, session: TrainSession, batches: StepBatches) {
    this.#options = options;
    this.#job = options.job;
    this.#session = session;
    this.#batches = batches;
    this.record = new RunRecord(options.from, batches.stepsPerEpoch, options.notices);
    this.#issued = this.record.step;
  }

  /** @throws LineageError as `Compute.train`. */
  static async open(options: RunOptions): Promise<TrainRun> {
    const batches = new StepBatches(options.job);
    return new TrainRun(options, await TrainSession.open(options), batches);
  }

  /**
   * @throws LineageError `training-not-finite` where there is nothing good to keep, `device-lost`,
   *   `out-of-memory`, `compute-failed`; AbortError.
   */
  async run(): Promise<TrainOutcome> {
    const { events, checkpoints } = this.#options;
    events.send({ is: 'device', environment: this.#session.environment });
    try {
      await this.#train();
      await this.#checkModel();
    } catch (error) {
      if (!(error instanceof NotFinite)) throw error;
      await this.#keepGood(error);
    }
    const outcome = await this.#outcome();
    events.flush();
    await checkpoints.settled();
    return outcome;
  }

  notice(is: TrainNotice['is'], text: string): void {
    const notice = { step: this.record.step, is, text };
    this.record.notices.push(notice);
    this.#options.events.send({ is: 'notice', notice });
  }

  /** The state as it is now, for another run to go on from. Not on a lost device. */
  async checkpoint(): Promise<Checkpoint> {
    const state = await this.#session.state.read(this.#session.kept);
    const wrong = firstNotFinite(state);
    if (wrong !== undefined) throw new NotFinite(this.record.step, wrong);
    const { microBatch, control } = this.#options;
    return this.record.checkpoint(state, this.#session.environment, microBatch, control.pausedMs);
  }

  free(): void {
    for (const pending of this.#pending.splice(0)) freeLosses(pending);
    this.#session.free();
  }

  async #train(): Promise<void> {
    const { record } = this;
    const { settings, finishAt = Infinity } = this.#job;
    const { control } = this.#options;
    const { stepsPerEpoch, filled } = this.#batches;
    if (record.epochs.length === 0) {
      if (filled > 0)
        this.notice(
          'filled-batch',
          `The last batch of each epoch is filled up with ${filled} examples that count nothing.`,
        );
      await this.#endEpoch(0);
    }
    const begun = (record.epochs.at(-1)?.epoch ?? 0) + 1;
    for (let epoch = begun; epoch <= settings.epochs; epoch++) {
      if (this.#stopsEarly()) return;
      this.#clock.start();
      while (this.#issued < epoch * stepsPerEpoch) {
        await control.step();
        if (control.finishing || this.#issued >= finishAt) return this.#finishEarly();
        await this.#advance(Math.min(finishAt, epoch * stepsPerEpoch));
        await this.#store();
      }
      await this.#flush();
      await this.#endEpoch(epoch);
    }
    this.#stopsEarly();
  }

  /** Does the next steps, up to `end` at most. */
  async #advance(end: number): Promise<void> {
    const { runner, step, state } = this.#session;
    const first = this.#issued + 1;
    const count = Math.min(this.#pace, runner.mostSteps, end - this.#issued);
    const batches = Array.from({ length: count }, (_, at) =>
      this.#batches.make(step, first + at, this.#scale.value),
    );
    if (this.#options.runtime.backend === 'webgpu') {
      this.#pending.push(await runner.run(batches));
      this.#issued += count;
      if (this.#issued - this.record.step >= this.#pace) await this.#flush();
      return;
    }
    state.begin();
    try {
      const bad = await this.#known(await runner.run(batches), true);
      if (bad !== undefined) {
        state.rollBack();
        // Done again up to the step before: these are the last good weights.
        if (bad > 0) await this.#known(await runner.run(batches.slice(0, bad)), false);
        throw new NotFinite(first + bad, 'loss');
      }
      state.commit();
    } catch (error) {
      if (!(error instanceof NotFinite)) state.rollBack();
      throw error;
    }
    this.#issued += count;
    this.#told(count);
  }

  /** Reads a run's losses into the record; the index of the first that is not finite, before which it stops. */
  async #known(pending: PendingLosses, tentative: boolean): Promise<number | undefined> {
    const { losses, applied } = await readLosses(pending, this.#job.heads);
    this.#scale.saw(applied);
    const bad = losses.findIndex((loss) => !Number.isFinite(loss));
    if (bad >= 0 && tentative) return bad;
    for (const [at, loss] of losses.entries()) this.record.addLoss(pending.firstStep + at, loss);
    this.record.step = pending.firstStep + losses.length - 1;
    return undefined;
  }

  /** Reads all losses that are still on the device. */
  async #flush(): Promise<void> {
    const before = this.record.step;
    for (let next = this.#pending.shift(); next !== undefined; next = this.#pending.shift()) {
      const bad = await this.#known(next, true);
      if (bad !== undefined) throw new NotFinite(next.firstStep + bad, 'loss');
    }
    if (this.record.step > before) this.#told(this.record.step - before);
  }

  #told(steps: number): void {
    const stepMs = this.#clock.lap(steps);
    this.#pace = Math.max(1, Math.min(mostPending, Math.floor(lookAfterMs / stepMs)));
    const { step, log } = this.record;
    const loss = log.last;
    if (loss !== undefined)
      this.#options.events.send({ is: 'step', step, steps: this.#batches.steps, loss, stepMs });
  }

  async #store(): Promise<void> {
    const { checkpoints } = this.#options;
    if (!checkpoints.due()) return;
    await this.#flush();
    await checkpoints.put(await this.checkpoint());
    this.#clock.start();
  }

  async #endEpoch(epoch: number): Promise<void> {
    const { record } = this;
    const trainLoss = record.takeEpochLoss();
    const validation = await this.#session.evaluate('validation');
    const report = {
      epoch,
      step: record.step,
      ...(trainLoss === undefined ? {} : { trainLoss }),
      ...(validation === undefined ? {} : { validation }),
      learningRate: this.#batches.learningRate(Math.max(1, record.step)),
      elapsedMs: record.trainedMs(this.#options.control.pausedMs),
    };
    record.epochs.push(report);
    this.#options.events.send({ is: 'epoch', report });
    const loss = validation?.loss ?? Number.NaN;
    const better = loss < (record.best?.loss ?? Infinity);
    if (epoch === 0 || this.#job.settings.keep === 'last' || !better) return;
    const weights = await this.#session.readModel();
    if (firstNotFinite(weights) === undefined) record.best = { epoch, loss, weights };
  }

  /** Whether there was nothing better for as many epochs as the person is patient; says so once. */
  #stopsEarly(): boolean {
    const { patience } = this.#job.settings;
    if (patience === undefined) return false;
    let best = { epoch: 0, loss: Infinity };
    for (const { epoch, validation } of this.record.epochs)
      if (epoch > 0 && validation !== undefined && validation.loss < best.loss)
        best = { epoch, loss: validation.loss };
    const last = this.record.epochs.at(-1)?.epoch ?? 0;
    if (best.epoch === 0 || last - best.epoch < patience) return false;
    this.notice(
      'stopped-early',
      `Stopped after epoch ${last}: no better validation loss since epoch ${best.epoch}.`,
    );
    return true;
  }

  async #finishEarly(): Promise<void> {
    await this.#flush();
    this.#finishedAt = this.record.step;
    this.notice(
      'cancelled',
      `Ended by hand after step ${this.record.step} of ${this.#batches.steps}.`,
    );
    await this.#endPart();
  }

  /** What the steps since the last epoch's end have brought. */
  async #endPart(): Promise<void> {
    const last = this.record.epochs.at(-1);
    if (last !== undefined && last.step < this.record.step) await this.#endEpoch(last.epoch + 1);
  }

  /** The last step's weights were not seen by any loss. */
  async #checkModel(): Promise<void> {
    if (this.record.best !== undefined) return;
    const wrong = firstNotFinite(await this.#session.readModel());
    if (wrong !== undefined) throw new NotFinite(this.record.step, wrong);
  }

  /** After a loss that is not a number: back to weights that are good. */
  async #keepGood({ step, where }: NotFinite): Promise<void> {
    const { record } = this;
    const good = await this.#goodStep(step);
    if (good === 0 && record.best === undefined)
      throw new LineageError('training-not-finite', { step, where });
    const kept = record.best === undefined ? `step ${good}` : `epoch ${record.best.epoch}`;
    this.notice(
      'not-finite',
      `The ${where === 'loss' ? 'loss' : `tensor ${where}`} stopped being a finite number at step ${step}; the weights of ${kept} are kept. A lower learning rate or a limit on the gradients may help.`,
    );
    record.step = good;
    if (good === step - 1) await this.#endPart();
  }

  /** The step whose weights are on the device afterwards: the one before, or the last checkpoint's. */
  async #goodStep(step: number): Promise<number> {
    const { last } = this.#options.checkpoints;
    // On a GPU the steps after the bad one are done already.
    if (this.#issued < step) {
      const state = await this.#session.state.read(this.#session.kept);
      if (firstNotFinite(state) === undefined) return step - 1;
    }
    for (const [name, tensor] of last?.state ?? []) this.#session.state.load(name, tensor);
    return last?.step ?? 0;
  }

  async #outcome(): Promise<TrainOutcome> {
    const { record } = this;
    const { control, job, microBatch } = this.#options;
    const { best } = record;
    const weights: ReadonlyMap<string, Literal> =
      best?.weights ?? (await this.#session.readModel());
    const trainedMs = record.trainedMs(control.pausedMs);
    const test = await this.#session.evaluateWith('test', weights);
    return {
      weights,
      report: {
        environment: this.#session.environment,
        steps: record.step,
        ...(this.#finishedAt === undefined ? {} : { finishedAt: this.#finishedAt }),
        ...(microBatch === job.settings.microBatch ? {} : { microBatch }),
        epochs: record.epochs,
        losses: record.log.points(),
        kept: best?.epoch ?? record.epochs.findLast(({ step }) => step <= record.step)?.epoch ?? 0,
        ...(test === undefined ? {} : { test }),
        notices: record.notices,
        stepMs: this.#clock.median(),
        trainedMs,
        examplesPerEpoch: job.data.train.count,
      },
    };
  }
}
