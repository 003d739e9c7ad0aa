import { expose, proxy, transfer, wrap } from 'comlink';
import type { Compute, TrainListener } from '../core/ports/compute.ts';
import type { TrainEvent } from '../core/training/trainJob.ts';
import { installTransferHandlers } from './transfer.ts';

/** A port that Comlink can speak over; Node's differs in its listeners' types only. */
export type ComputePort = Parameters<typeof expose>[1] & Parameters<typeof wrap>[0];

/**
 * Serves a compute device to the far side of `port`. Buffers of results and of checkpoints are moved: this
 * side loses them.
 */
export function serveCompute(compute: Compute, port: ComputePort): void {
  installTransferHandlers();
  const served: Compute = {
    describe: () => compute.describe(),
    train: async (job, listener, signal) =>
      moved(await compute.train(job, movingListener(listener), signal)),
    pause: (job) => compute.pause(job),
    goOn: (job) => compute.goOn(job),
    finish: (job) => compute.finish(job),
    estimate: (job, signal) => compute.estimate(job, signal),
    evaluate: (...given) => compute.evaluate(...given),
    predict: async (job, signal) => moved(await compute.predict(job, signal)),
  };
  expose(served, port);
}

/**
 * The compute device at the far side of `port`.
 *
 * Buffers of what is sent are copied, since the caller goes on with the same network and data; buffers of
 * what comes back, checkpoints included, are moved.
 */
export function connectCompute(port: ComputePort): Compute {
  installTransferHandlers();
  const remote = wrap<Compute>(port) as unknown as Compute;
  return {
    describe: () => remote.describe(),
    train: (job, listener, signal) => remote.train(job, proxy({ ...listener }), signal),
    pause: (job) => remote.pause(job),
    goOn: (job) => remote.goOn(job),
    finish: (job) => remote.finish(job),
    estimate: (job, signal) => remote.estimate(job, signal),
    evaluate: (...given) => remote.evaluate(...given),
    predict: (job, signal) => remote.predict(job, signal),
  };
}

interface Joins {
  join(port: MessagePort): void;
}

/** In the compute worker: `serveOn` is called with each port that `joinCompute` hands over. */
export function serveJoins(serveOn: (port: MessagePort) => void): void {
  expose({
    join: (port) => {
      serveOn(port);
    },
  } satisfies Joins);
}

/** Hands a port to a compute worker: its other end is then a device, by `connectCompute`. */
export async function joinCompute(worker: Worker, port: MessagePort): Promise<void> {
  await wrap<Joins>(worker).join(transfer(port, [port]));
}

/** A listener that is a proxy of one at the far side. */
function movingListener(listener: TrainListener): TrainListener {
  // A proxy answers with a promise whatever the port's type says.
  const tell: (event: TrainEvent) => unknown = listener.onEvent;
  return {
    onEvent: (event) => {
      // An event that nobody hears is no failure.
      Promise.resolve(tell(event)).catch(() => undefined);
    },
    onCheckpoint: (checkpoint) => listener.onCheckpoint(moved(checkpoint)),
  };
}

/** Marks every buffer inside a value as one that is moved. */
function moved<Value>(value: Value): Value {
  const buffers = new Set<ArrayBuffer>();
  collect(value, buffers);
  return transfer(value, [...buffers]);
}

function collect(value: unknown, into: Set<ArrayBuffer>): void {
  if (typeof value !== 'object' || value === null) return;
  if (ArrayBuffer.isView(value)) {
    if (value.buffer instanceof ArrayBuffer) into.add(value.buffer);
  } else if (value instanceof Map || Array.isArray(value)) {
    // Lists of numbers (losses, confusion) hold no buffers and may be long.
    if (Array.isArray(value) && typeof value[0] === 'number') return;
    for (const each of value.values()) collect(each, into);
  } else for (const each of Object.values(value)) collect(each, into);
}
