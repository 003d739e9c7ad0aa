import { isLineageError } from '../../core/lineageError.ts';
import type { CrossCheck } from '../../core/modelTests/testResult.ts';
import { numbersOf } from '../../core/network/literal.ts';
import type { Literal, Network } from '../../core/network/network.ts';
import type { Compute, Predictions } from '../../core/ports/compute.ts';
import type { Run } from '../../core/ports/run.ts';
import { firstRows } from './feeds.ts';
import type { TestBackend } from './testFunction.ts';

/** A prediction of record, to be repeated. */
export interface Predicted {
  readonly network: Network;
  readonly inputs: ReadonlyMap<string, Literal>;
  readonly outputs: Predictions;
  readonly backend: TestBackend;
}

/** Examples that are repeated. */
const sample = 32;
/** How long the float64 evaluator, which is slow, may take: it then repeats fewer, at least one. */
const referenceMs = 250;
/** Of float32 sums in another order; rounding to 8 or 16 bits may fall on the other side. */
const tolerances = { float32: 1e-3, rounded: 5e-2 };
const rounding = new Set([
  'QuantizeLinear',
  'DynamicQuantizeLinear',
  'MatMulInteger',
  'ConvInteger',
]);

/**
 * The first examples of a prediction on another backend: on WebGPU where that works and is no software,
 * else by the float64 evaluator; what ran on WebGPU is repeated on wasm.
 *
 * @returns a text instead where the other backend cannot compute the network.
 */
export async function crossCheck(
  ports: { readonly compute: Compute; readonly now: () => number },
  { network, inputs, outputs, backend }: Predicted,
  run: Run,
): Promise<CrossCheck | string> {
  const other = await otherBackend(ports.compute, backend);
  const count = Math.min(sample, [...inputs.values()][0]?.shape[0] ?? 0);
  const predict = (start: number, rows: number) =>
    ports.compute.predict(
      { network, inputs: firstRows(inputs, start, rows), device: other, batch: rows },
      run.signal,
    );
  try {
    const started = ports.now();
    const parts: { readonly start: number; readonly rows: number; readonly made: Predictions }[] =
      [];
    let done = 0;
    // One example first, then four times as many as before while there is time.
    for (let rows = other === 'reference' ? 1 : count; done < count; rows *= 4) {
      if (done > 0 && ports.now() - started > referenceMs) break;
      const size = Math.min(rows, count - done);
      parts.push({ start: done, rows: size, made: await predict(done, size) });
      done += size;
    }
    const largestDifference = parts.reduce(
      (most, { start, rows, made }) => Math.max(most, difference(outputs, made, start, rows)),
      0,
    );
    const tolerance = toleranceOf(network);
    return {
      backend: other,
      examples: done,
      largestDifference,
      tolerance,
      agrees: largestDifference <= tolerance,
    };
  } catch (error) {
    if (!isLineageError(error, 'network-unsupported', 'device-unavailable', 'device-lost', 'out-of-memory', 'compute-failed')) throw error; // prettier-ignore
    const { reason } = error.data;
    return `it could not be repeated on ${other}: ${reason}`;
  }
}

async function otherBackend(compute: Compute, backend: TestBackend): Promise<TestBackend> {
  if (backend !== 'wasm') return 'wasm';
  const { webgpu } = await compute.describe();
  return webgpu.is === 'ready' && !webgpu.software ? 'webgpu' : 'reference';
}

function toleranceOf({ nodes, initializers }: Network): number {
  const half = [...initializers.values()].some(({ dtype }) => dtype === 'f16' || dtype === 'bf16');
  const rounded = half || nodes.some(({ op }) => rounding.has(op));
  return rounded ? tolerances.rounded : tolerances.float32;
}

/** Largest difference, relative to the largest magnitude of each output; infinite where only one is finite. */
function difference(outputs: Predictions, made: Predictions, start: number, rows: number): number {
  let most = 0;
  for (const [name, other] of made) {
    const own = outputs.get(name);
    if (own === undefined || other.shape[0] !== rows || (own.shape[0] ?? 0) < start + rows)
      continue;
    const right = numbersOf(other);
    const size = right.length / rows;
    const left = numbersOf(own).subarray(start * size, (start + rows) * size);
    const scale = left.reduce((top, value) => Math.max(top, finite(value)), 0) || 1;
    for (let at = 0; at < right.length; at++)
      most = Math.max(most, apart(left[at] as number, right[at] as number) / scale);
  }
  return most;
}

function finite(value: number): number {
  return Number.isFinite(value) ? Math.abs(value) : 0;
}

function apart(a: number, b: number): number {
  if (Object.is(a, b) || a === b) return 0;
  const gap = Math.abs(a - b);
  return Number.isNaN(gap) ? Infinity : gap;
}
