import { describe, expect, test } from 'vitest';
import type { TrainJob } from '../core/training/trainJob.ts';
import type { ComputeService } from './computeService.ts';
import { referenceRuntime } from './reference/referenceRuntime.ts';
import {
  blobJob,
  blobs,
  bytesOf,
  Heard,
  never,
  numbersIn,
  testCompute,
} from './training.fixture.ts';

const wasm = testCompute();

async function trained(job: TrainJob, compute: ComputeService = wasm, heard = new Heard()) {
  const outcome = await compute.train(job, heard, never);
  return { ...outcome, heard };
}

describe('training', () => {
  test('learns the blobs, and says how well', async () => {
    const { report, heard } = await trained(blobJob({ epochs: 10 }));
    const head = report.test?.heads[0];
    expect(head?.accuracy).toBeGreaterThan(0.9);
    expect(head?.confusion?.flat().reduce((a, b) => a + b)).toBe(50);
    expect(head?.classes).toEqual(['a', 'b', 'c']);
    expect(report.epochs.map(({ epoch }) => epoch)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(report.epochs[0]?.trainLoss).toBeUndefined();
    expect(report.epochs.at(-1)?.trainLoss).toBeLessThan(report.epochs[1]?.trainLoss ?? 0);
    expect(report.steps).toBe(70);
    expect(report.losses).toHaveLength(70);
    expect(report.environment).toMatchObject({
      app: 'test',
      backend: 'wasm',
      threads: 1,
      stepsPerRun: 16,
    });
    expect(report.environment.graph).toMatch(/^[0-9a-f]{64}$/);
    expect(heard.events[0]?.is).toBe('device');
    expect(heard.events.at(-1)).toMatchObject({ is: 'step', step: 70, steps: 70 });
  });

  test('gives the same bits again, however many steps are in one run', async () => {
    const { weights } = await trained(blobJob());
    const again = await trained(blobJob());
    const single = await trained(blobJob(), testCompute({ stepsPerRun: 1 }));
    const eight = await trained(blobJob(), testCompute({ stepsPerRun: 8 }));
    expect(bytesOf(again.weights)).toEqual(bytesOf(weights));
    expect(bytesOf(single.weights)).toEqual(bytesOf(weights));
    expect(bytesOf(eight.weights)).toEqual(bytesOf(weights));
    const other = await trained(blobJob({ seed: 8 }));
    expect(bytesOf(other.weights)).not.toEqual(bytesOf(weights));
  });

  test('computes what the plain backend computes', async () => {
    const change = {
      epochs: 2,
      optimizer: { is: 'adamw', b1: 0.9, b2: 0.99, eps: 1e-8 },
      weightDecay: 0.01,
      clipNorm: 0.5,
      ema: 0.9,
      learningRate: 0.01,
    } as const;
    const fast = await trained(blobJob(change));
    const plain = await trained(blobJob(change, { device: 'reference' }));
    const expected = numbersIn(plain.weights);
    for (const [at, value] of numbersIn(fast.weights).entries())
      expect(value).toBeCloseTo(expected[at] ?? Number.NaN, 4);
    expect(fast.report.test?.loss).toBeCloseTo(plain.report.test?.loss ?? Number.NaN, 4);
    expect(plain.report.environment.backend).toBe('reference');
  });

  test('gives the same with micro-batches, the last of an epoch being partly filled', async () => {
    const { weights, report } = await trained(blobJob());
    const parts = await trained(blobJob({ microBatch: 4 }));
    const expected = numbersIn(weights);
    for (const [at, value] of numbersIn(parts.weights).entries())
      expect(value).toBeCloseTo(expected[at] ?? Number.NaN, 4);
    expect(report.notices).toMatchObject([{ is: 'filled-batch', step: 0 }]);
    expect(parts.report.test?.loss).toBeCloseTo(report.test?.loss ?? Number.NaN, 4);
  });

  test('what fills a batch counts nothing', async () => {
    // 20 examples in batches of 16: with a rate of 0 the second batch's loss is that of its 4 alone.
    const job = blobJob({ epochs: 1, learningRate: 0 });
    const data = { ...job.data, train: blobs(20, 1), validation: blobs(20, 1) };
    const { report } = await trained({ ...job, data });
    const [first, second] = report.losses.map(([, loss]) => loss);
    const mean = ((first ?? 0) * 16 + (second ?? 0) * 4) / 20;
    expect(mean).toBeCloseTo(report.epochs[0]?.validation?.loss ?? Number.NaN, 5);
  });

  test('keeps the best epoch, and stops when nothing gets better', async () => {
    const { report } = await trained(
      blobJob({ epochs: 60, learningRate: 0.5, patience: 3, keep: 'best' }),
    );
    const losses = report.epochs.slice(1).map(({ validation }) => validation?.loss ?? Infinity);
    expect(report.kept).toBe(losses.indexOf(Math.min(...losses)) + 1);
    expect(report.epochs.length - 1).toBe(report.kept + 3);
    expect(report.notices.at(-1)).toMatchObject({ is: 'stopped-early' });
  });

  test('in half precision, scales the loss and learns the same', async () => {
    const runtime = { ...referenceRuntime(), f16: true };
    const half = testCompute({ openers: { reference: () => Promise.resolve(runtime) } });
    const job = blobJob({ epochs: 2, precision: 'f16' }, { device: 'reference' });
    const { weights, report } = await trained(job, half);
    expect(report.notices.map(({ is }) => is)).toEqual(['filled-batch']);
    const single = await trained(blobJob({ epochs: 2 }, { device: 'reference' }));
    const expected = numbersIn(single.weights);
    for (const [at, value] of numbersIn(weights).entries())
      expect(value).toBeCloseTo(expected[at] ?? Number.NaN, 2);
    // Where there is none, single precision is used and said.
    const without = await trained(blobJob({ epochs: 1, precision: 'f16' }));
    expect(without.report.notices.map(({ is }) => is)).toContain('backend-differs');
  });

  test('leaks no tensor', async () => {
    const { openWasm } = await import('./runtime/openWasm.ts');
    const runtime = await openWasm(1);
    const compute = testCompute({ openers: { wasm: () => Promise.resolve(runtime) } });
    await trained(blobJob({ microBatch: 4, keep: 'best' }), compute);
    await trained(blobJob({ ema: 0.9 }), compute);
    expect(runtime.live()).toBe(0);
  });
});
