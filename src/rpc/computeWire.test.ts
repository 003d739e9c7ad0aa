import { afterEach, expect, test } from 'vitest';
import { LineageError } from '../core/lineageError.ts';
import type { Literal } from '../core/network/network.ts';
import type { Compute } from '../core/ports/compute.ts';
import type { Checkpoint, TrainJob, TrainOutcome } from '../core/training/trainJob.ts';
import { connectCompute, serveCompute } from './computeWire.ts';

const opened: MessagePort[] = [];

afterEach(() => {
  for (const port of opened.splice(0)) port.close();
});

function joined(compute: Partial<Compute>): Compute {
  const { port1, port2 } = new MessageChannel();
  opened.push(port1, port2);
  serveCompute(compute as Compute, port1);
  return connectCompute(port2);
}

const tensor = (...bytes: number[]): Literal => ({
  dtype: 'u8',
  shape: [bytes.length],
  bytes: Uint8Array.from(bytes),
});

const outcome = (weights: Literal) =>
  ({ weights: new Map([['w', weights]]), report: { steps: 1 } }) as unknown as TrainOutcome;

const jobOf = (weights: Literal) =>
  ({ id: 'j', network: { initializers: new Map([['w', weights]]) } }) as unknown as TrainJob;

const silent = { onEvent: () => undefined, onCheckpoint: () => Promise.resolve() };
const never = new AbortController().signal;

test('a training copies the job there and moves the weights back', async () => {
  const made = tensor(4, 5);
  let seen: Uint8Array | undefined;
  const compute = joined({
    train: (job) => {
      seen = job.network.initializers.get('w')?.bytes.slice();
      return Promise.resolve(outcome(made));
    },
  });
  const given = tensor(1, 2, 3);
  const { weights } = await compute.train(jobOf(given), silent, never);
  expect(seen).toEqual(Uint8Array.of(1, 2, 3));
  expect(weights.get('w')?.bytes).toEqual(Uint8Array.of(4, 5));
  expect(given.bytes).toEqual(Uint8Array.of(1, 2, 3));
  expect(made.bytes.buffer.byteLength).toBe(0);
});

test('an estimate leaves the job with the caller', async () => {
  const compute = joined({
    estimate: (job) => Promise.resolve({ steps: job.network.initializers.size } as never),
  });
  const given = tensor(1);
  expect(await compute.estimate(jobOf(given), never)).toEqual({ steps: 1 });
  expect(given.bytes).toEqual(Uint8Array.of(1));
});

test('events and checkpoints reach the listener, and a training waits for a checkpoint', async () => {
  const told: unknown[] = [];
  let stored = false;
  const compute = joined({
    train: async (_job, listener) => {
      listener.onEvent({ is: 'step', step: 1, steps: 2, loss: 3, stepMs: 4 });
      const state = new Map([['w', tensor(7)]]);
      await listener.onCheckpoint({ step: 1, state } as unknown as Checkpoint);
      return outcome(tensor(stored ? 1 : 0));
    },
  });
  const { weights } = await compute.train(
    jobOf(tensor(1)),
    {
      onEvent: (event) => void told.push(event),
      onCheckpoint: (checkpoint) => {
        told.push(checkpoint.state.get('w')?.bytes);
        stored = true;
        return Promise.resolve();
      },
    },
    never,
  );
  expect(told).toEqual([{ is: 'step', step: 1, steps: 2, loss: 3, stepMs: 4 }, Uint8Array.of(7)]);
  expect(weights.get('w')?.bytes).toEqual(Uint8Array.of(1));
});

test('an abort reaches the device, and failures keep their code', async () => {
  const controller = new AbortController();
  const compute = joined({
    train: async (_job, _listener, signal) => {
      while (!signal.aborted) await new Promise((resume) => setTimeout(resume));
      signal.throwIfAborted();
      throw new Error('not aborted');
    },
    predict: () =>
      Promise.reject(new LineageError('out-of-memory', { neededBytes: 5, reason: 'full' })),
  });
  const training = compute.train(jobOf(tensor(1)), silent, controller.signal);
  controller.abort();
  await expect(training).rejects.toHaveProperty('name', 'AbortError');
  await expect(compute.predict({} as never, never)).rejects.toMatchObject({
    code: 'out-of-memory',
    data: { neededBytes: 5, reason: 'full' },
  });
});
