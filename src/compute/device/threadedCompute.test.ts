import { expect, test } from 'vitest';
import type { Compute, JobEstimate } from '../../core/ports/compute.ts';
import type { TrainJob, TrainOutcome } from '../../core/training/trainJob.ts';
import { blobJob, Heard, never } from '../training.fixture.ts';
import { threadCounts, ThreadedCompute } from './threadedCompute.ts';

/** Workers whose steps take the time that `stepMs` says; tells which were asked for what. */
function workers(stepMs: Readonly<Record<number, number>>, backend: 'wasm' | 'webgpu' = 'wasm') {
  const calls: string[] = [];
  const jobs: TrainJob[] = [];
  const open = (threads: number) =>
    Promise.resolve({
      estimate: (job: TrainJob) => {
        calls.push(`estimate ${threads}`);
        const ran = job.device === 'wasm' ? 'wasm' : backend;
        return Promise.resolve({
          stepMs: stepMs[threads],
          environment: { app: 'test', backend: ran, threads },
        } as JobEstimate);
      },
      train: (job: TrainJob) => {
        calls.push(`train ${threads}`);
        jobs.push(job);
        return Promise.resolve({} as TrainOutcome);
      },
    } as unknown as Compute);
  return { calls, jobs, open };
}

const machine = { cores: 4, isolated: true };

test('tries one thread, and all cores but one where threads can be', () => {
  expect(threadCounts({ cores: 8, isolated: true })).toEqual([7, 1]);
  expect(threadCounts({ cores: 2, isolated: true })).toEqual([2, 1]);
  expect(threadCounts({ cores: 8, isolated: false })).toEqual([1]);
  expect(threadCounts({ cores: 1, isolated: true })).toEqual([1]);
});

test('a job goes to the faster number of threads, measured once', async () => {
  const { calls, jobs, open } = workers({ 3: 50, 1: 28 });
  const compute = new ThreadedCompute(open, machine);
  await compute.train(blobJob({}, { device: 'auto' }), new Heard(), never);
  await compute.train(blobJob({ epochs: 9 }, { device: 'auto' }), new Heard(), never);
  expect(calls).toEqual(['estimate 3', 'estimate 1', 'train 1', 'train 1']);
  expect(jobs[0]?.threads).toBe(1);
});

test('a job that was begun on a number of threads stays on it', async () => {
  const { calls, open } = workers({ 3: 5, 1: 28 });
  const from = { environment: { app: 'test', backend: 'wasm', threads: 1 } } as TrainJob['from'];
  const compute = new ThreadedCompute(open, machine);
  await compute.train(blobJob({}, from === undefined ? {} : { from }), new Heard(), never);
  await compute.train(blobJob({}, { threads: 2 }), new Heard(), never);
  expect(calls).toEqual(['train 1', 'train 2']);
});

test('threads are nothing to a job on the GPU', async () => {
  const { calls, jobs, open } = workers({ 3: 5, 1: 1 }, 'webgpu');
  await new ThreadedCompute(open, machine).train(
    blobJob({}, { device: 'auto' }),
    new Heard(),
    never,
  );
  expect(calls).toEqual(['estimate 3', 'train 3']);
  expect(jobs[0]?.threads).toBeUndefined();
});

test('a job that nobody knows cannot be paused', async () => {
  const compute = new ThreadedCompute(workers({}).open, machine);
  await expect(compute.pause('none')).rejects.toMatchObject({ code: 'job-missing' });
});
