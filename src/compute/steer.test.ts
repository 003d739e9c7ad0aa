import { describe, expect, test } from 'vitest';
import { LineageError } from '../core/lineageError.ts';
import type { Checkpoint, TrainJob } from '../core/training/trainJob.ts';
import { brittleRuntime, type Faults } from './brittleRuntime.fixture.ts';
import type { ComputeService } from './computeService.ts';
import { openWasm } from './runtime/openWasm.ts';
import type { Runtime } from './runtime/runtime.ts';
import { blobJob, blobs, bytesOf, Heard, never, testCompute } from './training.fixture.ts';

const wasm = testCompute();
const noticesOf = (heard: Heard) =>
  heard.events.flatMap((event) => (event.is === 'notice' ? [event.notice.is] : []));

/** Compute whose runtimes have faults: of wasm, and of each of the GPU devices that it opens in turn. */
async function brittle(onWasm: Faults, onGpus: readonly Faults[] = []) {
  const inner = await openWasm(1);
  const gpus = onGpus.map((faults) => brittleRuntime(inner, { backend: 'webgpu', ...faults }));
  const processor = brittleRuntime(inner, onWasm);
  const opened: Runtime[] = [];
  const compute = testCompute({
    stepsPerRun: 4,
    openers: {
      wasm: () => Promise.resolve(processor),
      webgpu: () => {
        const next = gpus[opened.length];
        if (next === undefined) throw new Error('no device is left');
        opened.push(next);
        return Promise.resolve(next);
      },
    },
  });
  return { compute, inner, opened };
}

describe('a run that is steered', () => {
  test('goes on from any checkpoint to the same bits', async () => {
    const change = { ema: 0.95, optimizer: { is: 'adam', b1: 0.9, b2: 0.99, eps: 1e-8 } } as const;
    const whole = new Heard();
    const { weights, report } = await wasm.train(
      blobJob(change, { checkpointSeconds: 0 }),
      whole,
      never,
    );
    expect(whole.checkpoints.length).toBeGreaterThan(3);
    for (const from of [whole.checkpoints[0], whole.checkpoints[2], whole.checkpoints.at(-1)]) {
      const heard = new Heard();
      const resumed = await wasm.train(blobJob(change, { from: from as Checkpoint }), heard, never);
      expect(bytesOf(resumed.weights)).toEqual(bytesOf(weights));
      expect(resumed.report.losses).toEqual(report.losses);
      expect(resumed.report.epochs.map(({ validation }) => validation)).toEqual(
        report.epochs.map(({ validation }) => validation),
      );
      expect(noticesOf(heard)).toContain('resumed');
    }
  });

  test('ends at once when it is aborted', async () => {
    const controller = new AbortController();
    const job = blobJob({ epochs: 10_000 }, { id: 'long' });
    const running = wasm.train(job, new Heard(), controller.signal);
    setTimeout(() => {
      controller.abort();
    }, 200);
    await expect(running).rejects.toHaveProperty('name', 'AbortError');
    // Its id is free again.
    await expect(wasm.pause('long')).rejects.toMatchObject({ code: 'job-missing' });
  });

  test('keeps what it has when it is told to finish', async () => {
    const heard = new Heard();
    const running = wasm.train(blobJob({ epochs: 10_000 }, { id: 'long' }), heard, never);
    // However long a busy machine takes to begin.
    while (!heard.events.some((event) => event.is === 'epoch' && event.report.epoch > 5))
      await new Promise((resume) => setTimeout(resume, 20));
    await wasm.finish('long');
    const { report, weights } = await running;
    expect(report.steps).toBeGreaterThan(0);
    expect(report.steps).toBeLessThan(70_000);
    expect(noticesOf(heard)).toContain('cancelled');
    expect(report.epochs.at(-1)?.step).toBe(report.steps);
    expect(report.test?.heads[0]?.accuracy).toBeGreaterThan(0.7);
    expect(weights.size).toBe(4);
  });

  test('does nothing while it is paused, and can be aborted then', async () => {
    const controller = new AbortController();
    const heard = new Heard();
    const job = blobJob({ epochs: 10_000 }, { id: 'long' });
    const running = wasm.train(job, heard, controller.signal);
    const pause = (ms: number) => new Promise((resume) => setTimeout(resume, ms));
    await pause(300);
    await wasm.pause('long');
    await pause(150);
    const before = heard.events.length;
    await pause(300);
    expect(heard.events.length).toBe(before);
    await wasm.goOn('long');
    await pause(300);
    expect(heard.events.length).toBeGreaterThan(before);
    await wasm.pause('long');
    controller.abort();
    await expect(running).rejects.toHaveProperty('name', 'AbortError');
  });

  test('tells of itself ten times a second at most', async () => {
    const heard = new Heard();
    const running = wasm.train(blobJob({ epochs: 10_000 }, { id: 'long' }), heard, never);
    await new Promise((resume) => setTimeout(resume, 1000));
    await wasm.finish('long');
    await running;
    // Steps and epochs are told together: two events each time.
    expect(heard.events.length).toBeLessThan(30);
  });

  test('waits for a checkpoint that is not stored yet, and fails where it cannot be', async () => {
    const refused = new LineageError('quota-exceeded', { neededBytes: 1, availableBytes: 0 });
    const running = wasm.train(
      blobJob({}, { checkpointSeconds: 0 }),
      { onEvent: () => undefined, onCheckpoint: () => Promise.reject(refused) },
      never,
    );
    await expect(running).rejects.toMatchObject({ code: 'quota-exceeded' });
  });
});

/** A job whose example 50 makes the loss infinite, in whatever step it comes. */
function poisoned(change: Parameters<typeof blobJob>[0], over: Partial<TrainJob> = {}): TrainJob {
  const job = blobJob(change, over);
  const train = blobs(100, 1);
  train.columns[0]?.data.fill(Number.NaN, 100, 102);
  return { ...job, data: { ...job.data, train } };
}

describe('a loss that is not a number', () => {
  test('stops the run at its step, with the weights of the step before', async () => {
    const { StepBatches } = await import('./train/stepBatches.ts');
    const job = poisoned({ epochs: 1, seed: 4 });
    const { report, weights } = await wasm.train(job, new Heard(), never);
    const last = report.notices.at(-1);
    expect(last?.is).toBe('not-finite');
    const bad = Number(/step (\d+);/.exec(last?.text ?? '')?.[1]);
    expect(bad).toBeGreaterThan(1);
    expect(report.steps).toBe(bad - 1);
    // The example is in that step's batch and in none before.
    const batches = new StepBatches(job);
    const has = (step: number) => {
      const made = batches.make({ heads: job.heads, scalarsOf: () => ({}) } as never, step, 1);
      return made.batch.inputs.get('points')?.some(Number.isNaN) === true;
    };
    expect(Array.from({ length: bad }, (_, at) => has(at + 1))).toEqual([
      ...new Array<boolean>(bad - 1).fill(false),
      true,
    ]);
    const single = await testCompute({ stepsPerRun: 1 }).train(job, new Heard(), never);
    expect(bytesOf(single.weights)).toEqual(bytesOf(weights));
  });

  test('in the first step is an error, as there is nothing to keep', async () => {
    const job = blobJob({ epochs: 1 });
    const train = blobs(100, 1);
    train.columns[0]?.data.fill(Number.NaN);
    const running = wasm.train({ ...job, data: { ...job.data, train } }, new Heard(), never);
    await expect(running).rejects.toMatchObject({
      code: 'training-not-finite',
      data: { step: 1, where: 'loss' },
    });
  });

  test('on a GPU takes the run back to the last checkpoint', async () => {
    const { compute } = await brittle({}, [{}]);
    const heard = new Heard();
    const job = poisoned({ epochs: 1, seed: 4 }, { device: 'webgpu', checkpointSeconds: 0 });
    const { report, weights } = await compute.train(job, heard, never);
    expect(noticesOf(heard)).toContain('not-finite');
    const before = heard.checkpoints.at(-1);
    expect(report.steps).toBe(before?.step);
    for (const [name, { bytes }] of weights) expect(bytes).toEqual(before?.state.get(name)?.bytes);
  });
});

describe('a device that fails', () => {
  const without = async (compute: ComputeService, job: TrainJob) =>
    bytesOf((await compute.train(job, new Heard(), never)).weights);

  test('is opened again when it is lost, and the run goes on from the checkpoint', async () => {
    const { compute, opened, inner } = await brittle({}, [{ loseAt: 12 }, {}]);
    const heard = new Heard();
    const job = blobJob({}, { device: 'webgpu', checkpointSeconds: 0 });
    const { weights, report } = await compute.train(job, heard, never);
    expect(opened).toHaveLength(2);
    expect(noticesOf(heard)).toEqual(['filled-batch', 'device-lost']);
    expect(report.notices.map(({ is }) => is)).toEqual(['filled-batch', 'device-lost']);
    expect(report.steps).toBe(28);
    expect(report.losses.map(([step]) => step)).toEqual(
      Array.from({ length: 28 }, (_, at) => at + 1),
    );
    expect(bytesOf(weights)).toEqual(await without(wasm, blobJob()));
    expect(inner.live()).toBe(0);
  });

  test('that is lost twice hands the run to wasm', async () => {
    const { compute, opened } = await brittle({}, [{ loseAt: 6 }, { loseAt: 3 }]);
    const heard = new Heard();
    const job = blobJob({}, { device: 'webgpu', checkpointSeconds: 0 });
    const { weights, report } = await compute.train(job, heard, never);
    expect(opened).toHaveLength(2);
    expect(noticesOf(heard)).toEqual([
      'filled-batch',
      'device-lost',
      'device-lost',
      'moved-to-wasm',
    ]);
    // Not what all of its steps ran on, and a replay is told so.
    expect(report.environment).toMatchObject({ backend: 'wasm', moved: true });
    expect(bytesOf(weights)).toEqual(await without(wasm, blobJob()));
  });

  test('without memory enough goes on with smaller parts of the batch', async () => {
    const { compute, inner } = await brittle({ mostExamples: 5 });
    const heard = new Heard();
    const { report } = await compute.train(blobJob({ epochs: 2 }), heard, never);
    expect(noticesOf(heard)).toEqual([
      'filled-batch',
      'smaller-micro-batch',
      'smaller-micro-batch',
    ]);
    const whole = await wasm.train(blobJob({ epochs: 2 }), new Heard(), never);
    expect(report.test?.loss).toBeCloseTo(whole.report.test?.loss ?? Number.NaN, 4);
    expect(inner.live()).toBe(0);
  });

  test('without memory for a single example is an error', async () => {
    const { compute, inner } = await brittle({ mostExamples: 0 });
    await expect(compute.train(blobJob(), new Heard(), never)).rejects.toMatchObject({
      code: 'out-of-memory',
    });
    expect(inner.live()).toBe(0);
  });
});
