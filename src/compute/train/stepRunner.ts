import { loopStep, type LoopProgram } from '../../autograd/training/loopStep.ts';
import type { Program, TrainingStep } from '../../autograd/training/stepTypes.ts';
import { literal } from '../../core/network/literal.ts';
import type { Literal } from '../../core/network/network.ts';
import type { Held, Runtime, Session } from '../runtime/runtime.ts';
import { runFeeds, stacked, type StepBatch } from './batchFeeds.ts';
import { zeros, type DeviceState } from './deviceState.ts';
import type { PendingLosses } from './pendingLosses.ts';

interface Compiled<Kind extends Program = Program> {
  readonly program: Kind;
  readonly session: Session;
}

interface Sessions {
  readonly single?: Compiled;
  readonly loop?: Compiled<LoopProgram>;
  readonly accumulate?: Compiled;
  readonly apply?: Compiled;
}

/** Does optimiser steps on a device: the state goes from run to run without leaving it. */
export class StepRunner {
  /** SHA-256 of the graph that does the steps. */
  readonly graph: string;
  /** Most steps of one run; 1 where the runtime has no loop or a step has micro-batches. */
  readonly mostSteps: number;
  readonly #runtime: Runtime;
  readonly #step: TrainingStep;
  readonly #state: DeviceState;
  readonly #seed: number;
  readonly #sessions: Sessions;
  /** What the sums of gradients are before a step; kept, as it is the same each time. */
  readonly #zeros = new Map<string, Held>();

  private constructor(
    { runtime, step, state, seed, stepsPerRun }: RunnerOptions,
    sessions: Sessions,
  ) {
    this.#runtime = runtime;
    this.#step = step;
    this.#state = state;
    this.#seed = seed;
    this.#sessions = sessions;
    this.mostSteps = sessions.loop === undefined ? 1 : stepsPerRun;
    const main = sessions.loop ?? sessions.single ?? sessions.accumulate;
    this.graph = main?.session.digest ?? '';
    for (const tensor of step.state)
      if (tensor.role === 'gradient') this.#zeros.set(tensor.name, runtime.hold(zeros(tensor)));
  }

  /** Compiles what the step needs. @throws LineageError as `Runtime.open`. */
  static async open(options: RunnerOptions): Promise<StepRunner> {
    const { runtime, step, stepsPerRun } = options;
    const compile = async <Kind extends Program>(program: Kind): Promise<Compiled<Kind>> => ({
      program,
      session: await runtime.open(program.network, 'training'),
    });
    if (step.run.is === 'accumulated')
      return new StepRunner(options, {
        accumulate: await compile(step.run.accumulate),
        apply: await compile(step.run.apply),
      });
    // Half precision is told of an overflow after each step, so that it can take another scale.
    const loops =
      runtime.backend === 'wasm' && stepsPerRun > 1 && step.run.step.finite === undefined;
    return new StepRunner(
      options,
      loops ? { loop: await compile(loopStep(step)) } : { single: await compile(step.run.step) },
    );
  }

  /**
   * Does consecutive steps, at most `mostSteps`. The losses stay on the device until somebody reads them.
   *
   * @throws LineageError as `Session.run`.
   */
  async run(batches: readonly StepBatch[]): Promise<PendingLosses> {
    const [batch] = batches;
    if (batch === undefined) throw new Error('no steps to do');
    const { loop, single, accumulate, apply } = this.#sessions;
    const steps = { firstStep: batch.step, steps: batches.length };
    if (loop !== undefined) return { ...steps, ...(await this.#many(loop, batches)) };
    if (single !== undefined)
      return { ...steps, ...(await this.#once(single, this.#feeds(single.program, batch))) };
    if (accumulate === undefined || apply === undefined) throw new Error('no program');
    return { ...steps, ...(await this.#accumulated(accumulate, apply, batch)) };
  }

  /** Gives back sessions and what was held; not the state, which is the caller's. */
  free(): void {
    for (const held of this.#zeros.values()) held.free();
    this.#zeros.clear();
    for (const compiled of Object.values(this.#sessions) as Compiled[]) compiled.session.release();
  }

  #feeds(program: Program, batch: StepBatch, part = 0, parts = 1): Map<string, Literal> {
    return runFeeds(program.feeds, batch, this.#seed, part, parts);
  }

  async #many(loop: Compiled<LoopProgram>, batches: readonly StepBatch[]): Promise<Made> {
    const each = batches.map((batch) => this.#feeds(loop.program, batch));
    const names = loop.program.feeds.map(({ name }) => name);
    const feeds = new Map(
      names.map((name) => [name, stacked(each.flatMap((one) => one.get(name) ?? []))]),
    );
    feeds.set(loop.program.count, literal('i64', [], [batches.length]));
    return this.#once(loop, feeds);
  }

  async #accumulated(accumulate: Compiled, apply: Compiled, batch: StepBatch): Promise<Made> {
    const parts = this.#step.run.is === 'accumulated' ? this.#step.run.microBatches : 1;
    const losses: Held[] = [];
    for (let part = 0; part < parts; part++) {
      const feeds = this.#feeds(accumulate.program, batch, part, parts);
      const made = await this.#once(accumulate, feeds, part === 0 ? this.#zeros : undefined);
      losses.push(...made.parts);
    }
    const { finite } = await this.#once(apply, this.#feeds(apply.program, batch));
    return { parts: losses, ...(finite === undefined ? {} : { finite }) };
  }

  /** One run; its outputs take the place of the state. */
  async #once(
    { program, session }: Compiled,
    fed: ReadonlyMap<string, Literal>,
    instead?: ReadonlyMap<string, Held>,
  ): Promise<Made> {
    const own: Held[] = [];
    const feeds = new Map<string, Held>();
    for (const name of [...program.state, ...program.fixed])
      feeds.set(name, instead?.get(name) ?? this.#state.get(name));
    for (const [name, tensor] of fed) {
      const held = this.#runtime.hold(tensor);
      own.push(held);
      feeds.set(name, held);
    }
    try {
      const made = await session.run(feeds);
      const output = (name: string) => {
        const held = made.get(name);
        if (held === undefined) throw new Error(`the graph gives no ${name}`);
        return held;
      };
      for (const [name, from] of program.writes) this.#state.put(name, output(from));
      return {
        parts: program.losses === undefined ? [] : [output(program.losses)],
        ...(program.finite === undefined ? {} : { finite: output(program.finite) }),
      };
    } finally {
      for (const held of own) held.free();
    }
  }
}

type Made = Pick<PendingLosses, 'parts' | 'finite'>;

export interface RunnerOptions {
  readonly runtime: Runtime;
  readonly step: TrainingStep;
  /** Has all of `step.state` but gradients, and all of `step.fixed`. */
  readonly state: DeviceState;
  readonly seed: number;
  /** Steps of one run where the runtime can loop. */
  readonly stepsPerRun: number;
}
