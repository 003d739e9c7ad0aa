import type { Compute } from '../../core/ports/compute.ts';
import type { Cancellation } from '../../core/ports/run.ts';
import type { TrainJob } from '../../core/training/trainJob.ts';

export interface ThreadedPorts {
  /** Starts a device whose wasm backend has this many threads: it cannot change afterwards. */
  readonly start: (threads: number) => Promise<Compute>;
  /** Cores that threads can run on; 1 where the page is not isolated. */
  readonly cores: number;
}

/** A run that ends sooner than this is not worth measuring where it would be faster, in ms. */
const shortRunMs = 20_000;

/**
 * A compute device for jobs of any thread count. More threads are faster on idle cores and slower on busy
 * ones (docs/benchmarks.md), so a long job that does not say how many it wants is measured with one and
 * with several, and goes where its step is shorter.
 */
export function threadedCompute({ start, cores }: ThreadedPorts): Compute {
  const devices = new Map<number, Promise<Compute>>();
  const jobs = new Map<string, Promise<Compute>>();
  const several = cores <= 2 ? cores : cores - 1;

  function device(threads: number): Promise<Compute> {
    let found = devices.get(threads);
    if (found === undefined) {
      found = start(threads);
      found.catch(() => devices.delete(threads));
      devices.set(threads, found);
    }
    return found;
  }

  async function threadsFor(job: TrainJob, signal: Cancellation): Promise<number> {
    if (job.threads !== undefined) return job.threads;
    if (job.from?.environment.threads !== undefined) return job.from.environment.threads;
    if (several === 1 || job.device === 'webgpu' || job.device === 'reference') return 1;
    const one = await (await device(1)).estimate(job, signal);
    if (one.environment.backend !== 'wasm' || one.stepMs * one.steps < shortRunMs) return 1;
    const more = await (await device(several)).estimate(job, signal);
    return more.stepMs < one.stepMs ? several : 1;
  }

  const follow = async (job: string) => (await jobs.get(job)) ?? device(1);
  return {
    describe: async () => {
      const report = await (await device(1)).describe();
      return { ...report, wasm: { ...report.wasm, threads: several } };
    },
    async train(job, listener, signal) {
      const chosen = threadsFor(job, signal).then(device);
      jobs.set(job.id, chosen);
      try {
        return await (await chosen).train(job, listener, signal);
      } finally {
        jobs.delete(job.id);
      }
    },
    pause: async (job) => (await follow(job)).pause(job),
    goOn: async (job) => (await follow(job)).goOn(job),
    finish: async (job) => (await follow(job)).finish(job),
    estimate: async (job, signal) => (await device(job.threads ?? 1)).estimate(job, signal),
    evaluate: async (...given) => (await device(1)).evaluate(...given),
    predict: async (job, signal) => (await device(1)).predict(job, signal),
  };
}
