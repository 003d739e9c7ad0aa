import { memoryPlan } from '../../../src/autograd/memory/plan.ts';
import { trainingStep } from '../../../src/autograd/training/trainingStep.ts';
import { openWasm } from '../../../src/compute/runtime/openWasm.ts';
import { openWebgpu } from '../../../src/compute/runtime/openWebgpu.ts';
import type { Runtime } from '../../../src/compute/runtime/runtime.ts';
import { readLosses } from '../../../src/compute/train/pendingLosses.ts';
import { StepBatches } from '../../../src/compute/train/stepBatches.ts';
import { TrainSession } from '../../../src/compute/train/trainSession.ts';
import { watchMemory } from './watchMemory.ts';
import type { Contestant, Timed, Who } from './contestant.ts';
import { profile } from './profile.ts';
import { jobOf } from './trials.ts';

/** The app's own training, as its worker runs it. */
export function ours(who: Extract<Who, { is: 'ours' }>): Contestant {
  const memory = watchMemory();
  let opening: Promise<Runtime> | undefined;
  let session: TrainSession | undefined;
  let batches: StepBatches | undefined;
  let step = 0;
  const perRun = who.device === 'wasm' ? who.loop : 1;
  const open = () => (opening ??= who.device === 'wasm' ? openWasm(who.threads) : openWebgpu());
  return {
    prepare: async (trial) => {
      const runtime = await open();
      session?.free();
      const job = jobOf(trial);
      batches = new StepBatches(job);
      step = 0;
      session = await TrainSession.open({
        job,
        runtime,
        microBatch: trial.batchSize,
        stepsPerRun: perRun,
        app: 'bench',
        between: () => Promise.resolve(),
      });
    },
    steps: async (count) => {
      const [running, from] = [session, batches];
      if (running === undefined || from === undefined) throw new Error('nothing is prepared');
      const times: Timed[] = [];
      while (times.length < count) {
        const many = Array.from({ length: perRun }, () => from.make(running.step, ++step, 1));
        const since = performance.now();
        const { losses } = await readLosses(await running.runner.run(many), running.step.heads);
        const ms = (performance.now() - since) / perRun;
        times.push(...losses.map((loss) => ({ ms, loss })));
      }
      return times;
    },
    profile: async (trial, runs) => {
      if (who.device !== 'wasm') throw new Error('only wasm is profiled');
      await open();
      return profile(jobOf(trial), runs);
    },
    plan: (trial) => Promise.resolve(memoryPlan(trainingStep(jobOf(trial)), perRun)),
    memory: () => Promise.resolve(memory()),
    free: () => {
      session?.free();
      session = undefined;
    },
  };
}
