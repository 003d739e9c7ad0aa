import type { MemoryPlan } from '../../autograd/memory/plan.ts';
import { memoryPlan } from '../../autograd/memory/plan.ts';
import type { Cancellation } from '../../core/ports/run.ts';
import type { Environment } from '../../core/training/report.ts';
import type { TrainJob } from '../../core/training/trainJob.ts';
import { freeLosses } from '../train/pendingLosses.ts';
import { StepBatches } from '../train/stepBatches.ts';
import { TrainSession } from '../train/trainSession.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { nextTask } from '../train/nextTask.ts';

/** What a few steps of a job have shown. Nothing of them is kept. */
export interface Probe {
  /** Of one optimiser step, warm, in ms. */
  readonly stepMs: number;
  /** Steps of the whole job. */
  readonly steps: number;
  readonly memory: MemoryPlan;
  readonly environment: Environment;
}

/** Longest time to go on with measuring, in ms; two measurements are always made. */
const budgetMs = 600;
const warmUps = 2;
const mostMeasured = 8;

/**
 * Measures a job's step on a runtime: some to warm up, then the median of a few. The compiled graphs stay in
 * the runtime's cache, so a training that follows begins at once.
 *
 * @throws LineageError as `Compute.train`; AbortError.
 */
export async function probe(
  job: TrainJob,
  runtime: Runtime,
  app: string,
  stepsPerRun: number,
  signal: Cancellation,
): Promise<Probe> {
  const session = await TrainSession.open({
    job,
    runtime,
    microBatch: job.settings.microBatch,
    stepsPerRun,
    app,
    between: () => Promise.resolve(),
  });
  try {
    const batches = new StepBatches(job);
    const times: number[] = [];
    const begun = performance.now();
    for (let run = 0; run < warmUps + mostMeasured; run++) {
      signal.throwIfAborted();
      if (times.length >= 2 && performance.now() - begun > budgetMs) break;
      await nextTask();
      const since = performance.now();
      const step = Math.min(run + 1, batches.steps);
      const made = await session.runner.run([batches.make(session.step, step, 1)]);
      // On a GPU only reading waits for the work.
      await made.parts[0]?.read();
      freeLosses(made);
      if (run >= warmUps) times.push(performance.now() - since);
    }
    times.sort((a, b) => a - b);
    return {
      stepMs: times[Math.floor(times.length / 2)] ?? 0,
      steps: batches.steps,
      memory: memoryPlan(session.step, session.runner.mostSteps),
      environment: session.environment,
    };
  } finally {
    session.free();
  }
}
