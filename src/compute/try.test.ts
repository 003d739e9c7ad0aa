import { describe, expect, test } from 'vitest';
import { LineageError } from '../core/lineageError.ts';
import { literal, numbersOf } from '../core/network/literal.ts';
import type { Network } from '../core/network/network.ts';
import { describeAdapter } from './device/adapter.ts';
import { selfTest } from './device/selfTest.ts';
import { openWasm } from './runtime/openWasm.ts';
import type { Runtime } from './runtime/runtime.ts';
import { SessionCache } from './runtime/sessionCache.ts';
import { smallerMicroBatch } from './train/trainJob.ts';
import { blobJob, blobs, Heard, never, perceptron, testCompute } from './training.fixture.ts';

const compute = testCompute();
const points = literal('f32', [5, 2], [2, 0, -1, 1.7, -1, -1.7, 0.3, 0.2, 5, 5]);

describe('trying a network', () => {
  const tried = async (network: Network, batch: number, device: 'wasm' | 'reference' = 'wasm') => {
    const inputs = new Map([['points', points]]);
    const found = (await compute.predict({ network, inputs, device, batch }, never)).get('logits');
    expect(found?.shape).toEqual([5, 3]);
    return found === undefined ? [] : Array.from(numbersOf(found));
  };

  test('gives the same in batches of any size, and as the plain backend does', async () => {
    const whole = await tried(perceptron(), 5);
    for (const batch of [1, 2, 100]) {
      const found = await tried(perceptron(), batch);
      for (const [at, value] of found.entries()) expect(value).toBeCloseTo(whole[at] ?? NaN, 5);
    }
    const plain = await tried(perceptron(), 2, 'reference');
    for (const [at, value] of plain.entries()) expect(value).toBeCloseTo(whole[at] ?? NaN, 5);
  });

  test('fills up the batch of a network that takes a fixed number', async () => {
    const network = perceptron();
    const fixed = {
      ...network,
      inputs: [{ name: 'points', dtype: 'f32' as const, shape: [2, 2] }],
    };
    const whole = await tried(network, 5);
    for (const [at, value] of (await tried(fixed, 100)).entries())
      expect(value).toBeCloseTo(whole[at] ?? NaN, 5);
  });

  test('refuses inputs that are missing or of another shape', async () => {
    const job = { network: perceptron(), device: 'wasm', batch: 2 } as const;
    const flat = literal('f32', [4], [1, 2, 3, 4]);
    for (const inputs of [new Map(), new Map([['points', flat]])])
      await expect(compute.predict({ ...job, inputs }, never)).rejects.toMatchObject({
        code: 'data-unfit',
      });
  });

  test('one compiled session serves models of one architecture', async () => {
    const runtime = await openWasm(1);
    const first = await runtime.open(perceptron(), 'inference');
    const again = await runtime.open({ ...perceptron() }, 'inference');
    expect(again.digest).toBe(first.digest);
    const job = { inputs: new Map([['points', points]]), device: 'wasm', batch: 5 } as const;
    const [one, other] = [
      await compute.predict({ ...job, network: perceptron(16, 1) }, never),
      await compute.predict({ ...job, network: perceptron(16, 2) }, never),
    ];
    expect(one.get('logits')?.bytes).not.toEqual(other.get('logits')?.bytes);
  });
});

describe('evaluating a network', () => {
  test('gives the metrics that its training reported', async () => {
    const job = blobJob();
    const { weights, report } = await compute.train(job, new Heard(), never);
    const network = {
      ...job.network,
      initializers: new Map([...job.network.initializers, ...weights]),
    };
    const found = await compute.evaluate(network, job.heads, job.data, 'wasm', never);
    expect(found.heads[0]?.accuracy).toBe(report.test?.heads[0]?.accuracy);
    expect(found.loss).toBeCloseTo(report.test?.loss ?? NaN, 5);
  });

  test('refuses to test on nothing', async () => {
    const { network, heads, data } = blobJob();
    const empty = { ...data, test: { count: 0, columns: blobs(0, 1).columns } };
    await expect(compute.evaluate(network, heads, empty, 'wasm', never)).rejects.toMatchObject({
      code: 'data-unfit',
    });
  });
});

describe('the device', () => {
  test('is estimated by a few steps', async () => {
    const found = await compute.estimate(blobJob(), never);
    expect(found.steps).toBe(28);
    expect(found.stepMs).toBeGreaterThan(0);
    expect(found.weightBytes).toBe((2 * 16 + 16 + 16 * 3 + 3) * 4);
    expect(found.stateBytes).toBe(found.weightBytes);
    expect(found.peakBytes).toBeGreaterThan(found.weightBytes + found.stateBytes);
    expect(found.environment.backend).toBe('wasm');
  });

  test('that computes wrongly is not used', async () => {
    const right = await openWasm(1);
    await selfTest(right);
    const wrong: Runtime = {
      ...right,
      hold: (tensor) => right.hold(tensor),
      open: async (network, use) => {
        const session = await right.open(network, use);
        const run: typeof session.run = async (feeds) => {
          const made = await session.run(feeds);
          const y = await made.get('y')?.read();
          if (y === undefined) throw new Error('no y');
          const numbers = numbersOf(y);
          numbers[200] = (numbers[200] ?? 0) + 1;
          return new Map([['y', right.hold(literal('f32', y.shape, numbers))]]);
        };
        return { ...session, run };
      },
    };
    await expect(selfTest(wrong)).rejects.toMatchObject({ code: 'device-unavailable' });
  });

  test('that fails its test is reported as unusable', async () => {
    const refused = new LineageError('device-unavailable', { device: 'webgpu', reason: 'wrong' });
    const broken = testCompute({
      openers: { webgpu: () => Promise.reject(refused) },
      describeAdapter: () =>
        Promise.resolve({ is: 'ready', adapter: 'a', f16: false, software: false }),
    });
    expect((await broken.describe()).webgpu.is).toBe('ready');
    const running = broken.train(blobJob({}, { device: 'webgpu' }), new Heard(), never);
    await expect(running).rejects.toMatchObject({ code: 'device-unavailable' });
    expect((await broken.describe()).webgpu).toEqual({ is: 'unusable', reason: 'wrong' });
  });

  test('without WebGPU says so', async () => {
    expect(await describeAdapter()).toMatchObject({ is: 'unusable' });
  });

  test('with another number of threads than a job needs is refused', async () => {
    const running = compute.train(blobJob({}, { threads: 4 }), new Heard(), never);
    await expect(running).rejects.toMatchObject({ code: 'device-unavailable' });
  });
});

test('a smaller micro-batch divides the batch, and keeps threes together', () => {
  const head = (is: 'cross-entropy' | 'triplet') =>
    [{ output: 'y', weight: 1, loss: is === 'triplet' ? { is, margin: 1 } : { is } }] as const;
  const batch = (batchSize: number) => ({ batchSize });
  expect(smallerMicroBatch(batch(16), head('cross-entropy'), 16)).toBe(8);
  expect(smallerMicroBatch(batch(50), head('cross-entropy'), 50)).toBe(25);
  expect(smallerMicroBatch(batch(50), head('cross-entropy'), 25)).toBe(10);
  expect(smallerMicroBatch(batch(12), head('triplet'), 12)).toBe(6);
  expect(smallerMicroBatch(batch(12), head('triplet'), 3)).toBeUndefined();
  expect(smallerMicroBatch(batch(7), head('cross-entropy'), 1)).toBeUndefined();
});

test('a cache closes what nobody has borrowed for longest', async () => {
  const closed: string[] = [];
  const cache = new SessionCache<{ close(): Promise<void> }>(2);
  const borrow = (key: string) =>
    cache.borrow(key, () =>
      Promise.resolve({
        close: () => {
          closed.push(key);
          return Promise.resolve();
        },
      }),
    );
  const [a, b] = [await borrow('a'), await borrow('b')];
  const c = await borrow('c');
  expect(cache.size).toBe(3);
  b.release();
  await Promise.resolve();
  expect(closed).toEqual(['b']);
  a.release();
  c.release();
  (await borrow('a')).release();
  (await borrow('d')).release();
  await Promise.resolve();
  expect(closed).toEqual(['b', 'c']);
  await cache.close();
  expect(closed.toSorted()).toEqual(['a', 'b', 'c', 'd']);
});
