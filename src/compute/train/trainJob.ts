import { isLineageError } from '../../core/lineageError.ts';
import type { TrainListener } from '../../core/ports/compute.ts';
import type { TrainNotice } from '../../core/training/report.ts';
import type { Head, TrainSettings } from '../../core/training/settings.ts';
import type { Checkpoint, TrainJob, TrainOutcome } from '../../core/training/trainJob.ts';
import type { Backend, Runtime } from '../runtime/runtime.ts';
import { CheckpointStore } from './checkpointStore.ts';
import { EventThrottle } from './eventThrottle.ts';
import type { RunControl } from './runControl.ts';
import { TrainRun } from './trainRun.ts';

/** What a job is trained with. */
export interface TrainHost {
  readonly app: string;
  /** Steps of one run where the runtime can loop. */
  readonly stepsPerRun: number;
  /** The runtime of a backend; a new one where the last was lost. */
  readonly runtime: (backend: Backend) => Promise<Runtime>;
}

/** Losses of a device after which a run no longer tries the same one. */
const mostLosses = 2;

/**
 * Trains a job on `backend`, and goes on where that fails: a lost device is opened again and the run goes on
 * from the last checkpoint, a second loss moves it to wasm; without enough memory it goes on with half of
 * the micro-batch. Each is said in a notice.
 *
 * @throws LineageError as `Compute.train`; AbortError.
 */
export async function trainJob(
  job: TrainJob,
  listener: TrainListener,
  backend: Backend,
  host: TrainHost,
  control: RunControl,
): Promise<TrainOutcome> {
  return new JobRun(job, listener, backend, host, control).run();
}

class JobRun {
  readonly #job: TrainJob;
  readonly #host: TrainHost;
  readonly #control: RunControl;
  readonly #events: EventThrottle;
  readonly #checkpoints: CheckpointStore;
  #backend: Backend;
  #microBatch: number;
  #from: Checkpoint | undefined;
  #notices: TrainNotice[];
  #losses = 0;

  constructor(
    job: TrainJob,
    listener: TrainListener,
    backend: Backend,
    host: TrainHost,
    control: RunControl,
  ) {
    this.#job = job;
    this.#host = host;
    this.#control = control;
    this.#events = new EventThrottle((event) => {
      listener.onEvent(event);
    });
    this.#checkpoints = new CheckpointStore(
      (checkpoint) => listener.onCheckpoint(checkpoint),
      job.checkpointSeconds,
      job.from,
    );
    this.#backend = backend;
    this.#from = job.from;
    this.#microBatch = job.from?.microBatch ?? job.settings.microBatch;
    this.#notices = [...(job.from?.notices ?? [])];
  }

  async run(): Promise<TrainOutcome> {
    this.#tellResumed();
    for (;;) {
      let run: TrainRun | undefined;
      try {
        run = await this.#open();
        return await run.run();
      } catch (error) {
        await this.#recover(error, run);
      } finally {
        run?.free();
      }
    }
  }

  #tellResumed(): void {
    const { from } = this.#job;
    if (from === undefined) return;
    this.#notice('resumed', `Resumed after step ${from.step}.`);
    const before = from.environment;
    if (before.backend !== this.#backend)
      this.#notice(
        'backend-differs',
        `Begun on ${before.backend}, goes on on ${this.#backend}: results may differ in the last digits.`,
      );
  }

  async #open(): Promise<TrainRun> {
    const { app, stepsPerRun } = this.#host;
    const runtime = await this.#host.runtime(this.#backend);
    if (this.#job.settings.precision === 'f16' && !runtime.f16 && this.#losses === 0)
      this.#notice('backend-differs', 'This device has no half precision: trained in single.');
    return TrainRun.open({
      job: this.#job,
      runtime,
      microBatch: this.#microBatch,
      app,
      stepsPerRun,
      control: this.#control,
      events: this.#events,
      checkpoints: this.#checkpoints,
      between: () => this.#control.step(),
      notices: this.#notices,
      ...(this.#from === undefined ? {} : { from: this.#from }),
    });
  }

  /** Prepares for another attempt, or throws `error` on. */
  async #recover(error: unknown, run: TrainRun | undefined): Promise<void> {
    if (isLineageError(error, 'device-lost')) this.#afterLoss(error.data.reason);
    else if (isLineageError(error, 'out-of-memory')) await this.#afterFull(error, run);
    else throw error;
  }

  #afterLoss(reason: string): void {
    this.#losses++;
    this.#from = this.#checkpoints.last;
    const since = this.#from === undefined ? 'the beginning' : `step ${this.#from.step}`;
    this.#notice('device-lost', `The GPU was lost (${reason}); goes on from ${since}.`);
    if (this.#losses < mostLosses || this.#backend !== 'webgpu') return;
    this.#backend = 'wasm';
    this.#notice('moved-to-wasm', 'The GPU was lost twice; goes on on the processor.');
  }

  async #afterFull(error: unknown, run: TrainRun | undefined): Promise<void> {
    const { settings, heads } = this.#job;
    const smaller = smallerMicroBatch(settings, heads, this.#microBatch);
    if (smaller === undefined) throw error;
    // Off a GPU nothing is half done: the state is that of the step before.
    this.#from =
      run === undefined || this.#backend === 'webgpu'
        ? this.#checkpoints.last
        : await run.checkpoint();
    this.#microBatch = smaller;
    this.#notice(
      'smaller-micro-batch',
      `Not enough memory: batches of ${settings.batchSize} now go through in parts of ${smaller}. The result is the same.`,
    );
  }

  #notice(is: TrainNotice['is'], text: string): void {
    const notice = { step: this.#from?.step ?? 0, is, text };
    this.#notices.push(notice);
    this.#events.send({ is: 'notice', notice });
  }
}

/**
 * The largest part of a batch that is at most half of `microBatch`, divides the batch, and keeps threes
 * together where a loss needs them; undefined where there is none.
 */
export function smallerMicroBatch(
  { batchSize }: Pick<TrainSettings, 'batchSize'>,
  heads: readonly Head[],
  microBatch: number,
): number | undefined {
  const unit = heads.some(({ loss }) => loss.is === 'triplet') ? 3 : 1;
  for (let part = Math.floor(microBatch / 2); part >= 1; part--)
    if (batchSize % part === 0 && part % unit === 0) return part;
  return undefined;
}
