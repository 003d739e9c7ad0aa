import { isLineageError, LineageError } from '../core/lineageError.ts';
import type { Compute, ComputeReport, JobEstimate } from '../core/ports/compute.ts';
import type { Cancellation } from '../core/ports/run.ts';
import type { DeviceChoice, TrainJob } from '../core/training/trainJob.ts';
import { jobKey } from './device/jobKey.ts';
import { probe, type Probe } from './device/probe.ts';
import { Runtimes, type RuntimeOpeners } from './device/runtimes.ts';
import { predict } from './predict.ts';
import type { Backend, Runtime } from './runtime/runtime.ts';
import { DeviceState } from './train/deviceState.ts';
import { Evaluator } from './train/evaluator.ts';
import { RunControl, RunControls } from './train/runControl.ts';
import { trainJob } from './train/trainJob.ts';

export interface ComputeServiceOptions {
  /** Name and version of the app, for the record. */
  readonly app: string;
  readonly openers: RuntimeOpeners;
  readonly describeAdapter: () => Promise<ComputeReport['webgpu']>;
  readonly wasm: ComputeReport['wasm'];
  /** Most steps of one run on wasm; the result does not depend on it. */
  readonly stepsPerRun?: number;
}

/** More steps in one run save nothing measurable, and would be seen later. */
const defaultStepsPerRun = 16;

/** The port `Compute` on whatever runtimes there are. */
export class ComputeService implements Compute {
  readonly #options: ComputeServiceOptions;
  readonly #stepsPerRun: number;
  readonly #runtimes: Runtimes;
  readonly #controls = new RunControls();
  /** The faster backend, by what it was measured for. */
  readonly #chosen = new Map<string, Backend>();
  /** Why the GPU is not used, once it was tried. */
  #unusable: Extract<ComputeReport['webgpu'], { is: 'unusable' }> | undefined;

  constructor(options: ComputeServiceOptions) {
    this.#options = options;
    this.#stepsPerRun = options.stepsPerRun ?? defaultStepsPerRun;
    this.#runtimes = new Runtimes(options.openers);
  }

  async describe(): Promise<ComputeReport> {
    const { wasm, describeAdapter } = this.#options;
    const webgpu = this.#unusable ?? (await describeAdapter());
    return { webgpu, wasm, runtime: 'onnxruntime-web' };
  }

  async train(...[job, listener, signal]: Parameters<Compute['train']>) {
    refuse(job);
    return this.#controls.with(job.id, signal, async (control) => {
      const backend = await this.#backendFor(job, signal);
      const host = {
        app: this.#options.app,
        stepsPerRun: this.#stepsPerRun,
        runtime: (wanted: Backend) => this.#runtime(wanted, job.threads),
      };
      return trainJob(job, listener, backend, host, control);
    });
  }

  async pause(job: string): Promise<void> {
    await Promise.resolve();
    this.#controls.of(job).pause();
  }

  async goOn(job: string): Promise<void> {
    await Promise.resolve();
    this.#controls.of(job).goOn();
  }

  async finish(job: string): Promise<void> {
    await Promise.resolve();
    this.#controls.of(job).finish();
  }

  async estimate(job: TrainJob, signal: Cancellation): Promise<JobEstimate> {
    refuse(job);
    const backend = await this.#backendFor(job, signal);
    const { memory, stepMs, steps, environment } = await this.#probe(job, backend, signal);
    const { peakBytes, weightBytes, stateBytes, activationBytes } = memory;
    return { peakBytes, weightBytes, stateBytes, activationBytes, stepMs, steps, environment };
  }

  async evaluate(...[network, heads, data, device, signal]: Parameters<Compute['evaluate']>) {
    if (data.test.count === 0)
      throw new LineageError('data-unfit', { reason: 'there are no examples to test on' });
    const runtime = await this.#runtime(this.#backendToTry(device));
    const control = new RunControl(signal);
    const weights = new DeviceState(runtime);
    const evaluator = await Evaluator.open({
      runtime,
      network,
      heads,
      data,
      batch: evaluationBatch,
      weights: [],
      between: () => control.step(),
    });
    try {
      return await evaluator.run(data.test, (name) => {
        const tensor = network.initializers.get(name);
        if (tensor !== undefined) weights.load(name, tensor);
        return weights.get(name);
      });
    } finally {
      weights.free();
      evaluator.free();
    }
  }

  async predict(...[job, signal]: Parameters<Compute['predict']>) {
    return predict(job, await this.#runtime(this.#backendToTry(job.device)), signal);
  }

  /** Frees the devices. */
  async close(): Promise<void> {
    await this.#runtimes.close();
  }

  /** @throws LineageError `device-unavailable` also where another number of threads is asked for. */
  async #runtime(backend: Backend, threads?: number): Promise<Runtime> {
    const runtime = await this.#runtimes.get(backend).catch((error: unknown) => {
      if (backend === 'webgpu' && isLineageError(error, 'device-unavailable'))
        this.#unusable = { is: 'unusable', reason: error.data.reason };
      throw error;
    });
    if (backend === 'wasm' && threads !== undefined && runtime.threads !== threads)
      throw new LineageError('device-unavailable', {
        device: `wasm with ${threads} threads`,
        reason: `this worker has ${runtime.threads ?? 1}`,
      });
    return runtime;
  }

  #probe(job: TrainJob, backend: Backend, signal: Cancellation): Promise<Probe> {
    return this.#runtime(backend, job.threads).then((runtime) =>
      probe(job, runtime, this.#options.app, this.#stepsPerRun, signal),
    );
  }

  /** The backend that a person chose, or the fastest that works for this job. */
  async #backendFor(job: TrainJob, signal: Cancellation): Promise<Backend> {
    if (job.device !== 'auto') return job.device;
    // Goes on where it was, to the same digits.
    if (job.from?.environment.backend === 'wasm') return 'wasm';
    const { webgpu } = await this.describe();
    // A GPU in software is the processor by a longer way.
    if (webgpu.is === 'unusable' || webgpu.software) return 'wasm';
    const key = jobKey(job);
    const known = this.#chosen.get(key);
    if (known !== undefined) return known;
    const onGpu = await this.#timeOf(job, 'webgpu', signal);
    const onWasm = await this.#timeOf(job, 'wasm', signal);
    const chosen = onGpu < onWasm ? 'webgpu' : 'wasm';
    this.#chosen.set(key, chosen);
    return chosen;
  }

  /** Time of a step in ms; infinite where the backend cannot do the job. */
  async #timeOf(job: TrainJob, backend: Backend, signal: Cancellation): Promise<number> {
    try {
      return (await this.#probe(job, backend, signal)).stepMs;
    } catch (error) {
      const cannot = [
        'device-unavailable',
        'device-lost',
        'out-of-memory',
        'compute-failed',
      ] as const;
      if (isLineageError(error, ...cannot)) return Infinity;
      throw error;
    }
  }

  /** For a single pass nothing is measured: a GPU is taken where it is at work already. */
  #backendToTry(device: DeviceChoice): Backend {
    if (device !== 'auto') return device;
    return this.#runtimes.isOpen('webgpu') ? 'webgpu' : 'wasm';
  }
}

/** Examples of one run of an evaluation. */
const evaluationBatch = 96;

function refuse(job: TrainJob): void {
  const { data, settings, trainable } = job;
  const unfit = (reason: string) => new LineageError('data-unfit', { reason });
  if (data.train.count === 0) throw unfit('there are no examples to train on');
  if (trainable.length === 0) throw unfit('no weight is chosen to be trained');
  if (settings.batchSize % settings.microBatch !== 0)
    throw unfit(
      `a batch of ${settings.batchSize} cannot be cut into parts of ${settings.microBatch}`,
    );
}
