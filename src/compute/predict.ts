import {
  evaluationNetwork,
  weightsAsInputs,
  type EvaluationNetwork,
} from '../autograd/training/evaluationNetwork.ts';
import { LineageError } from '../core/lineageError.ts';
import type { Literal, Network } from '../core/network/network.ts';
import type { PredictJob, Predictions } from '../core/ports/compute.ts';
import type { Cancellation } from '../core/ports/run.ts';
import { KnownNetworks } from './knownNetworks.ts';
import type { Held, Runtime } from './runtime/runtime.ts';
import { DeviceState } from './train/deviceState.ts';
import { nextTask } from './train/nextTask.ts';

/**
 * A network's outputs for all examples, a batch a run. Weights are inputs of the session, so the next model
 * of the architecture needs no other one.
 *
 * @throws LineageError `data-unfit`, `device-lost`, `out-of-memory`, `compute-failed`; AbortError.
 */
export async function predict(
  { network, inputs, batch, whole = false }: PredictJob,
  runtime: Runtime,
  signal: Cancellation,
): Promise<Predictions> {
  const count = examplesOf(network, inputs);
  const fixed = fixedBatch(network);
  const size = fixed ?? Math.max(1, Math.min(batch, count));
  const open = opened(runtime, network, inputs, size);
  const session = await runtime.open(open.network, 'inference');
  const weights = new DeviceState(runtime);
  try {
    for (const name of open.weights) weights.load(name, initializer(network, name));
    const parts = new Map<string, Literal[]>();
    for (let start = 0; start < count; start += size) {
      signal.throwIfAborted();
      await nextTask();
      const rows = Math.min(size, count - start);
      // A network of a fixed batch gets its last one filled up.
      const padded = open.bound || fixed !== undefined ? size : rows;
      const own = new Map(
        [...inputs].map(([name, tensor]) => [
          name,
          runtime.hold(rowsOf(tensor, start, rows, padded)),
        ]),
      );
      const feeds = new Map([
        ...own,
        ...open.weights.map((name) => [name, weights.get(name)] as const),
      ]);
      const made = await runOnce(session, feeds, own);
      for (const [name, value] of open.outputs) {
        const tensor = made.get(value);
        if (tensor === undefined) throw new Error(`nothing computes output ${name}`);
        const own = whole ? tensor : rowsOf(tensor, 0, Math.min(rows, tensor.shape[0] ?? 1), 0);
        parts.set(name, [...(parts.get(name) ?? []), own]);
      }
    }
    return new Map([...parts].map(([name, tensors]) => [name, joined(tensors)]));
  } finally {
    weights.free();
    session.release();
  }
}

interface OpenNetwork extends EvaluationNetwork {
  /** Output of the network → what the session calls it. */
  readonly outputs: ReadonlyMap<string, string>;
  /** Whether it takes one number of examples only. */
  readonly bound: boolean;
}

/** What sessions were opened with: the same object for all models of an architecture. */
const openNetworks = new WeakMap<Runtime, KnownNetworks<OpenNetwork>>();

/**
 * The network with its weights as inputs. Off the CPU it is lowered: kernels for WebGPU refuse some
 * operators there, and compute a `Slice` backwards wrongly (docs/differentiation.md).
 */
function opened(
  runtime: Runtime,
  network: Network,
  inputs: ReadonlyMap<string, Literal>,
  size: number,
): OpenNetwork {
  const known = openNetworks.get(runtime) ?? new KnownNetworks<OpenNetwork>();
  openNetworks.set(runtime, known);
  if (runtime.backend !== 'wasm') {
    const extents = extentsOf(network, inputs);
    return known.get(network, JSON.stringify([size, extents]), () => ({
      ...evaluationNetwork(network, size, extents),
      bound: true,
    }));
  }
  return known.get(network, '', () => {
    const outputs = new Map(network.outputs.map(({ name }) => [name, name]));
    return { ...weightsAsInputs(network), outputs, bound: false };
  });
}

/** The values of symbolic extents behind the first, as the inputs have them. */
function extentsOf(
  { inputs: infos }: Network,
  inputs: ReadonlyMap<string, Literal>,
): Record<string, number> {
  const extents: Record<string, number> = {};
  for (const { name, shape } of infos)
    for (const [axis, extent] of shape.entries())
      if (axis > 0 && typeof extent === 'string')
        extents[extent] = inputs.get(name)?.shape[axis] ?? 1;
  return extents;
}

async function runOnce(
  session: { run(feeds: ReadonlyMap<string, Held>): Promise<ReadonlyMap<string, Held>> },
  feeds: ReadonlyMap<string, Held>,
  own: ReadonlyMap<string, Held>,
): Promise<Map<string, Literal>> {
  let made: ReadonlyMap<string, Held> = new Map();
  try {
    made = await session.run(feeds);
    const read = new Map<string, Literal>();
    for (const [name, held] of made) read.set(name, await held.read());
    return read;
  } finally {
    for (const held of [...made.values(), ...own.values()]) held.free();
  }
}

/** How many examples the inputs have, all the same. */
function examplesOf(network: Network, inputs: ReadonlyMap<string, Literal>): number {
  const counts = network.inputs.map(({ name, shape }) => {
    const given = inputs.get(name);
    if (given === undefined) throw unfit(`the input ${name} is missing`);
    if (given.shape.length !== shape.length)
      throw unfit(`${name} takes [${shape.join(', ')}], and gets [${given.shape.join(', ')}]`);
    return given.shape[0] ?? 1;
  });
  const [count = 0] = counts;
  if (counts.some((other) => other !== count))
    throw unfit(`the inputs have ${counts.join(', ')} examples`);
  return count;
}

function unfit(reason: string): LineageError {
  return new LineageError('data-unfit', { reason });
}

/** Examples of each run where the network takes no other number. */
function fixedBatch(network: Network): number | undefined {
  const first = network.inputs[0]?.shape[0];
  return typeof first === 'number' ? first : undefined;
}

function initializer(network: Network, name: string): Literal {
  const tensor = network.initializers.get(name);
  if (tensor === undefined) throw new Error(`no initializer ${name}`);
  return tensor;
}

/** Rows from `start` on, a view of them unless zeros come after them up to `padded` rows. A scalar is the same in each part. */
function rowsOf(tensor: Literal, start: number, rows: number, padded: number): Literal {
  const [count] = tensor.shape;
  if (count === undefined) return tensor;
  const rowBytes = count === 0 ? 0 : tensor.bytes.length / count;
  const own = tensor.bytes.subarray(start * rowBytes, (start + rows) * rowBytes);
  if (padded <= rows)
    return { dtype: tensor.dtype, shape: [rows, ...tensor.shape.slice(1)], bytes: own };
  const bytes = new Uint8Array(padded * rowBytes);
  bytes.set(own);
  return { dtype: tensor.dtype, shape: [padded, ...tensor.shape.slice(1)], bytes };
}

function joined(tensors: readonly Literal[]): Literal {
  const [first] = tensors;
  if (first === undefined) throw new Error('nothing to join');
  if (tensors.length === 1 || first.shape.length === 0) return first;
  const bytes = new Uint8Array(tensors.reduce((sum, each) => sum + each.bytes.length, 0));
  let at = 0;
  for (const each of tensors) {
    bytes.set(each.bytes, at);
    at += each.bytes.length;
  }
  const rows = tensors.reduce((sum, { shape }) => sum + (shape[0] ?? 0), 0);
  return { dtype: first.dtype, shape: [rows, ...first.shape.slice(1)], bytes };
}
