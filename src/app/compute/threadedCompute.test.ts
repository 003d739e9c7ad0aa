import { describe, expect, it } from 'vitest';
import type { Compute, JobEstimate } from '../../core/ports/compute.ts';
import type { TrainJob } from '../../core/training/trainJob.ts';
import { threadedCompute } from './threadedCompute.ts';

const signal = new AbortController().signal;

/** Devices that only say how long a step takes and note what they were asked to do. */
function bench(stepMs: Readonly<Record<number, number>>, cores: number, steps = 10_000) {
  const asked: string[] = [];
  const compute = threadedCompute({
    cores,
    start: (threads) => {
      asked.push(`start ${threads}`);
      return Promise.resolve({
        estimate: () =>
          Promise.resolve({
            stepMs: stepMs[threads],
            steps,
            environment: { app: '', backend: 'wasm', threads },
          } as JobEstimate),
        train: () => {
          asked.push(`train ${threads}`);
          return Promise.resolve({});
        },
        pause: () => {
          asked.push(`pause ${threads}`);
          return Promise.resolve();
        },
      } as unknown as Compute);
    },
  });
  const train = (job: Partial<TrainJob> = {}) =>
    compute.train(
      { id: 'job', device: 'auto', ...job } as TrainJob,
      { onEvent: () => undefined, onCheckpoint: () => Promise.resolve() },
      signal,
    );
  return { compute, asked, train };
}

describe('threadedCompute', () => {
  it('takes several threads where their step is shorter', async () => {
    const { asked, train } = bench({ 1: 30, 3: 12 }, 4);
    await train();
    expect(asked).toEqual(['start 1', 'start 3', 'train 3']);
  });

  it('takes one thread where others hold the cores', async () => {
    const { asked, train } = bench({ 1: 28, 2: 52 }, 2);
    await train();
    expect(asked).toEqual(['start 1', 'start 2', 'train 1']);
  });

  it('does not measure a short run, or where there is one core', async () => {
    const short = bench({ 1: 30, 2: 12 }, 2, 10);
    await short.train();
    expect(short.asked).toEqual(['start 1', 'train 1']);
    const single = bench({ 1: 30 }, 1);
    await single.train();
    expect(single.asked).toEqual(['start 1', 'train 1']);
  });

  it('keeps to the threads that a recipe or a checkpoint names', async () => {
    const { asked, train } = bench({ 1: 30, 2: 50 }, 2);
    await train({ threads: 2 });
    expect(asked).toEqual(['start 2', 'train 2']);
  });

  it('starts a device again that failed to start', async () => {
    let tries = 0;
    const compute = threadedCompute({
      cores: 1,
      start: () => {
        tries += 1;
        return tries === 1
          ? Promise.reject(new Error('no worker'))
          : Promise.resolve({ predict: () => Promise.resolve(new Map()) } as unknown as Compute);
      },
    });
    const job = {} as Parameters<Compute['predict']>[0];
    await expect(compute.predict(job, signal)).rejects.toThrow('no worker');
    await expect(compute.predict(job, signal)).resolves.toEqual(new Map());
  });
});
