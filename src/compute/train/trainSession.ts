import type { TrainingStep, StateTensor } from '../../autograd/training/stepTypes.ts';
import { trainingStep } from '../../autograd/training/trainingStep.ts';
import { LineageError } from '../../core/lineageError.ts';
import type { Literal } from '../../core/network/network.ts';
import type { Environment, PartMetrics } from '../../core/training/report.ts';
import type { Checkpoint, TrainJob } from '../../core/training/trainJob.ts';
import { optimizationLevel } from '../runtime/ortRuntime.ts';
import type { Held, Runtime } from '../runtime/runtime.ts';
import { DeviceState, zeros } from './deviceState.ts';
import { Evaluator } from './evaluator.ts';
import { StepRunner } from './stepRunner.ts';

/** What a job is opened with on a runtime. */
export interface SessionOptions {
  readonly job: TrainJob;
  readonly runtime: Runtime;
  /** Where to begin; at the job's own weights when absent. */
  readonly from?: Checkpoint;
  readonly microBatch: number;
  readonly stepsPerRun: number;
  /** Name and version of the app, for the record. */
  readonly app: string;
  readonly between: () => Promise<void>;
}

/** A job on a device: its compiled graphs, and its state. */
export class TrainSession {
  readonly step: TrainingStep;
  readonly runner: StepRunner;
  readonly state: DeviceState;
  readonly environment: Environment;
  readonly #job: TrainJob;
  readonly #runtime: Runtime;
  readonly #evaluator: Evaluator;

  private constructor(
    { job, runtime, app, from }: SessionOptions,
    parts: {
      readonly step: TrainingStep;
      readonly runner: StepRunner;
      readonly state: DeviceState;
      readonly evaluator: Evaluator;
    },
  ) {
    this.#job = job;
    this.#runtime = runtime;
    this.#evaluator = parts.evaluator;
    this.step = parts.step;
    this.runner = parts.runner;
    this.state = parts.state;
    const environment = environmentOf(runtime, app, parts.runner);
    const moved = from !== undefined && from.step > 0 && !goesOn(from.environment, environment);
    this.environment = moved ? { ...environment, moved } : environment;
  }

  /** Compiles the graphs and puts the state on the device. @throws LineageError as `Compute.train`. */
  static async open(options: SessionOptions): Promise<TrainSession> {
    const { job, runtime, stepsPerRun, between } = options;
    const { network, heads, data, settings } = job;
    const step = stepOf(options);
    const state = new DeviceState(runtime);
    try {
      loadState(state, options, step);
      const runner = await StepRunner.open({
        runtime,
        step,
        state,
        seed: settings.seed,
        stepsPerRun,
      });
      const weights = step.state.filter(({ role }) => role === 'weight').map(({ of }) => of);
      const batch = options.microBatch;
      const evaluator = await Evaluator.open({
        runtime,
        network,
        heads,
        data,
        batch,
        weights,
        between,
      });
      return new TrainSession(options, { step, runner, state, evaluator });
    } catch (error) {
      state.free();
      throw error;
    }
  }

  /** Names of the state that a checkpoint keeps. */
  get kept(): readonly string[] {
    return this.step.state.filter(({ role }) => role !== 'gradient').map(({ name }) => name);
  }

  /** By initializer: the state that is the model (averages in the place of weights, where there are any). */
  get model(): ReadonlyMap<string, string> {
    const chosen = this.#job.settings.ema === undefined ? 'weight' : 'average';
    const model = ({ role }: StateTensor) => role === chosen || role === 'statistic';
    return new Map(this.step.state.filter(model).map(({ of, name }) => [of, name]));
  }

  /** Copies of the model's changed tensors, by initializer. */
  async readModel(): Promise<Map<string, Literal>> {
    const values = await this.state.read(this.model.values());
    return new Map([...this.model].flatMap(([of, name]) => entry(of, values.get(name))));
  }

  /** Metrics of the model as it is now. */
  async evaluate(part: 'validation' | 'test'): Promise<PartMetrics | undefined> {
    const { model } = this;
    return this.#metrics(part, (of) => {
      const name = model.get(of);
      return name === undefined ? undefined : this.state.get(name);
    });
  }

  /** Metrics of given weights; those that are missing are the job's own. */
  async evaluateWith(
    part: 'validation' | 'test',
    weights: ReadonlyMap<string, Literal>,
  ): Promise<PartMetrics | undefined> {
    const held = new DeviceState(this.#runtime);
    try {
      for (const [name, tensor] of weights) held.load(name, tensor);
      return await this.#metrics(part, (of) => (weights.has(of) ? held.get(of) : undefined));
    } finally {
      held.free();
    }
  }

  free(): void {
    this.runner.free();
    this.#evaluator.free();
    this.state.free();
  }

  async #metrics(
    part: 'validation' | 'test',
    changed: (of: string) => Held | undefined,
  ): Promise<PartMetrics | undefined> {
    const examples = this.#job.data[part];
    if (examples.count === 0) return undefined;
    const others = new DeviceState(this.#runtime);
    try {
      return await this.#evaluator.run(examples, (of) => {
        const held = changed(of) ?? this.#fixed(of);
        if (held !== undefined) return held;
        others.load(of, initializer(this.#job, of));
        return others.get(of);
      });
    } finally {
      others.free();
    }
  }

  #fixed(of: string): Held | undefined {
    const there = this.step.fixed.some(({ name, role }) => role === 'weight' && name === of);
    return there ? this.state.get(of) : undefined;
  }
}

function stepOf({ job, runtime, microBatch }: SessionOptions): TrainingStep {
  const { network, trainable, heads, settings, masks } = job;
  return trainingStep({
    network,
    trainable,
    heads,
    settings: {
      ...settings,
      microBatch,
      precision: runtime.f16 ? settings.precision : 'f32',
    },
    ...(masks === undefined ? {} : { masked: [...masks.keys()] }),
  });
}

function loadState(state: DeviceState, { job, from }: SessionOptions, step: TrainingStep): void {
  for (const tensor of step.state) {
    if (tensor.role === 'gradient') continue;
    const saved = from?.state.get(tensor.name);
    if (from !== undefined && saved === undefined)
      throw new LineageError('compute-failed', {
        reason: `the checkpoint has no ${tensor.name}: it is of another training graph`,
      });
    const initial = () =>
      tensor.initial === 'zeros' ? zeros(tensor) : initializer(job, tensor.of);
    state.load(tensor.name, saved ?? initial());
  }
  for (const { name, of, role } of step.fixed)
    state.load(name, role === 'mask' ? maskOf(job, of) : initializer(job, of));
}

function maskOf({ masks }: TrainJob, name: string): Literal {
  const mask = masks?.get(name);
  if (mask === undefined) throw new Error(`no mask of ${name}`);
  return mask;
}

function initializer({ network }: TrainJob, name: string): Literal {
  const tensor = network.initializers.get(name);
  if (tensor === undefined) throw new Error(`no initializer ${name}`);
  return tensor;
}

/** Whether steps done in two environments are as if they had been done in one, to the last bit. */
function goesOn(before: Environment, now: Environment): boolean {
  return (
    before.moved !== true &&
    before.backend === now.backend &&
    before.threads === now.threads &&
    before.runtime === now.runtime &&
    before.graph === now.graph
  );
}

function environmentOf(runtime: Runtime, app: string, runner: StepRunner): Environment {
  return {
    app,
    backend: runtime.backend,
    runtime: runtime.version,
    graph: runner.graph,
    ...(runtime.threads === undefined ? {} : { threads: runtime.threads }),
    ...(runtime.adapter === undefined ? {} : { adapter: runtime.adapter }),
    ...(runtime.backend === 'reference' ? {} : { optimizationLevel }),
    ...(runtime.backend === 'wasm' ? { stepsPerRun: runner.mostSteps } : {}),
  };
}

function entry(name: string, value: Literal | undefined): [string, Literal][] {
  return value === undefined ? [] : [[name, value]];
}
