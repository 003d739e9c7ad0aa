import { LineageError } from '../../core/lineageError.ts';
import type { Compute, JobEstimate } from '../../core/ports/compute.ts';
import type { Cancellation } from '../../core/ports/run.ts';
import type { TrainJob } from '../../core/training/trainJob.ts';
import { jobKey } from './jobKey.ts';

/** Gives the compute worker that has so many wasm threads. */
export type OpenCompute = (threads: number) => Promise<Compute>;

/** The machine that the workers run on. */
export interface Machine {
  /** Logical processors. */
  readonly cores: number;
  /** `crossOriginIsolated`: without it there is one thread only. */
  readonly isolated: boolean;
}

/**
 * Numbers of threads worth trying. One thread leaves a core to the page, and is faster than two where
 * something else holds a core (measured: threads wait for each other in every product).
 */
export function threadCounts({ cores, isolated }: Machine): readonly number[] {
  if (!isolated || cores < 2) return [1];
  return [Math.max(2, cores - 1), 1];
}

/**
 * One `Compute` over workers of different numbers of threads, which are opened when they are first needed: a
 * job on wasm goes to the number that is faster for it now, or to the one it asks for (a replay, a
 * resumption: other numbers give other bits). Everything else goes to the first.
 */
export class ThreadedCompute implements Compute {
  readonly #open: OpenCompute;
  readonly #counts: readonly number[];
  readonly #opened = new Map<number, Promise<Compute>>();
  readonly #running = new Map<string, Compute>();
  /** By `jobKey`: what was measured on the best number of threads. */
  readonly #measured = new Map<string, JobEstimate>();

  constructor(open: OpenCompute, machine: Machine) {
    this.#open = open;
    this.#counts = threadCounts(machine);
  }

  async describe() {
    return (await this.#main()).describe();
  }

  async train(...[job, listener, signal]: Parameters<Compute['train']>) {
    const threads = await this.#threadsFor(job, signal);
    const compute = await this.#with(threads ?? this.#counts[0] ?? 1);
    this.#running.set(job.id, compute);
    try {
      return await compute.train(
        threads === undefined ? job : { ...job, threads },
        listener,
        signal,
      );
    } finally {
      this.#running.delete(job.id);
    }
  }

  async pause(job: string): Promise<void> {
    await this.#of(job).pause(job);
  }

  async goOn(job: string): Promise<void> {
    await this.#of(job).goOn(job);
  }

  async finish(job: string): Promise<void> {
    await this.#of(job).finish(job);
  }

  /** On the number of threads that a training would get. */
  async estimate(job: TrainJob, signal: Cancellation): Promise<JobEstimate> {
    const pinned = pinnedThreads(job);
    if (pinned !== undefined)
      return (await this.#with(pinned)).estimate({ ...job, threads: pinned }, signal);
    let best: JobEstimate | undefined;
    for (const threads of this.#counts) {
      const compute = await this.#with(threads);
      const found = await compute.estimate(
        best === undefined ? job : { ...job, device: 'wasm' },
        signal,
      );
      if (best === undefined || found.stepMs < best.stepMs) best = found;
      // The number of threads is nothing to a GPU.
      if (best.environment.backend !== 'wasm') break;
    }
    if (best === undefined) throw new Error('no number of threads to try');
    this.#measured.set(jobKey(job), best);
    return best;
  }

  async evaluate(...given: Parameters<Compute['evaluate']>) {
    return (await this.#main()).evaluate(...given);
  }

  async predict(...given: Parameters<Compute['predict']>) {
    return (await this.#main()).predict(...given);
  }

  /** Threads for a job that runs on wasm; undefined for others, and where there is no choice. */
  async #threadsFor(job: TrainJob, signal: Cancellation): Promise<number | undefined> {
    const pinned = pinnedThreads(job);
    if (pinned !== undefined || job.device === 'webgpu' || job.device === 'reference')
      return pinned;
    if (this.#counts.length === 1) return undefined;
    const { environment } = this.#measured.get(jobKey(job)) ?? (await this.estimate(job, signal));
    return environment.backend === 'wasm' ? environment.threads : undefined;
  }

  #main(): Promise<Compute> {
    return this.#with(this.#counts[0] ?? 1);
  }

  #with(threads: number): Promise<Compute> {
    const there = this.#opened.get(threads) ?? this.#open(threads);
    this.#opened.set(threads, there);
    return there;
  }

  #of(id: string): Compute {
    const compute = this.#running.get(id);
    if (compute === undefined) throw new LineageError('job-missing', { id });
    return compute;
  }
}

/** The number of threads that a job must have for its bits. */
function pinnedThreads({ threads, from }: TrainJob): number | undefined {
  return threads ?? (from?.environment.backend === 'wasm' ? from.environment.threads : undefined);
}
