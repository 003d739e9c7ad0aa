import { isLineageError } from '../../core/lineageError.ts';
import type { CrossCheck } from '../../core/modelTests/testResult.ts';
import { numbersOf } from '../../core/network/literal.ts';
import type { Literal, Network } from '../../core/network/network.ts';
import type { Compute, Predictions } from '../../core/ports/compute.ts';
import type { Run } from '../../core/ports/run.ts';
import { firstRows } from './feeds.ts';
import { siblingKey, type SiblingChecks } from './siblingChecks.ts';
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
 * Examples of a prediction on another backend: on WebGPU where that works and is no software, else by the
 * float64 evaluator; what ran on WebGPU is repeated on wasm. The float64 evaluator repeats only a few for a
 * sibling of a model that was found right, unless its outputs are unlike those, or differ noticeably.
 *
 * @param siblings - of this run of tests.
 * @param test - id of the test: models are siblings for one test only.
 * @returns a text instead where the other backend cannot compute the network.
 */
export async function crossCheck(
  ports: { readonly compute: Compute; readonly now: () => number },
  predicted: Predicted,
  { siblings, test }: { readonly siblings: SiblingChecks; readonly test: string },
  run: Run,
): Promise<CrossCheck | string> {
  const { network, inputs, outputs, backend } = predicted;
  const other = await otherBackend(ports.compute, backend);
  const tolerance = toleranceOf(network);
  const compare = async (start: number, rows: number): Promise<number> => {
    const given = firstRows(inputs, start, rows);
    const job = { network, inputs: given, device: other, batch: rows };
    const made = await ports.compute.predict(job, run.signal);
    return difference(outputs, made, start, rows);
  };
  const found = ({ examples, largestDifference }: Compared): CrossCheck => ({
    backend: other,
    examples,
    largestDifference,
    tolerance,
    agrees: largestDifference <= tolerance,
  });
  const count = Math.min(sample, [...inputs.values()][0]?.shape[0] ?? 0);
  const slow = other === 'reference';
  const key = siblingKey(test, backend, network);
  try {
    const few = slow ? siblings.few(key, outputs, count) : undefined;
    if (few !== undefined) {
      const largestDifference = await compare(few.start, few.rows);
      if (largestDifference <= tolerance / noticeable)
        return found({ examples: few.rows, largestDifference });
    }
    const started = ports.now();
    const check = found(await compareSample(compare, count, slow ? ports.now : undefined));
    if (check.agrees) siblings.remember(key, outputs, check.examples, ports.now() - started);
    return check;
  } catch (error) {
    if (!isLineageError(error, 'network-unsupported', 'device-unavailable', 'device-lost', 'out-of-memory', 'compute-failed')) throw error; // prettier-ignore
    const { reason } = error.data;
    return `it could not be repeated on ${other}: ${reason}`;
  }
}

/** A sibling that differs by more than this part of the tolerance is repeated on the whole sample. */
const noticeable = 10;

interface Compared {
  readonly examples: number;
  readonly largestDifference: number;
}

/** @param clock - of a slow backend: one example first, then four times as many as before while there is time. */
async function compareSample(
  compare: (start: number, rows: number) => Promise<number>,
  count: number,
  clock: (() => number) | undefined,
): Promise<Compared> {
  const started = clock?.() ?? 0;
  let examples = 0;
  let largestDifference = 0;
  for (let rows = clock === undefined ? count : 1; examples < count; rows *= 4) {
    if (examples > 0 && clock !== undefined && clock() - started > referenceMs) break;
    const size = Math.min(rows, count - examples);
    largestDifference = Math.max(largestDifference, await compare(examples, size));
    examples += size;
  }
  return { examples, largestDifference };
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
