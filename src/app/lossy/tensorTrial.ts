import { elementCount } from '../../core/dtype.ts';
import { mgitStep, quantise } from '../../core/lossy/quantise.ts';
import { stepBytes } from '../../core/lossy/steps.ts';
import type { LossyOptions } from '../../core/lossyViews.ts';
import { chunkBytes } from '../../core/snapshot.ts';
import { decodeElements } from '../../core/tensor/elements.ts';
import type { LossyPorts } from './lossyPorts.ts';
import type { LossyTensor, OpenLossy } from './openLossy.ts';

/** How one tensor is made lossy. */
export interface TensorStep {
  readonly step: number;
  /** Whether steps are counted from the base's tensor, or from 0. */
  readonly based: boolean;
}

/** A tensor made lossy, and what it takes. */
export interface TensorTrial extends TensorStep {
  readonly tensor: LossyTensor;
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly lossyBytes: number;
  readonly maxError: number;
  readonly sumError: number;
  readonly elements: number;
}

/** Tensors of one axis are few and matter much: their errors are this share of the others'. */
const shareOfVectors = 0.25;

/** A lossy form has to save this share of what the exact one takes. */
const leastSaving = 0.05;

/** Deltas that take more than this share of the raw bytes: perhaps the tensor alone takes less. */
const doubtful = 0.1;

/**
 * The step that options give a tensor.
 *
 * @param factor - on top of it: how much more or less than others this tensor bears.
 * @returns undefined where there is none: every number is the same.
 */
export function stepFor(
  { quantiser, epsilon }: LossyOptions,
  { shape }: Pick<LossyTensor, 'shape'>,
  deviation: number,
  factor: number,
): number | undefined {
  if (quantiser === 'mgit') return factor * mgitStep(epsilon);
  const bound = epsilon * deviation * (shape.length < 2 ? shareOfVectors : 1);
  const step = 2 * bound * factor;
  return step > 0 && Number.isFinite(step) ? step : undefined;
}

/** Standard deviation of the finite numbers of a tensor; 0 without any. */
export async function deviationOf(open: OpenLossy, tensor: LossyTensor): Promise<number> {
  const values = decodeElements(tensor.dtype, await open.read(tensor.payload));
  let [count, mean, squares] = [0, 0, 0];
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    count++;
    const away = value - mean;
    mean += away / count;
    squares += away * (value - mean);
  }
  return count === 0 ? 0 : Math.sqrt(squares / count);
}

/**
 * Makes a tensor lossy and encodes it as the store will.
 *
 * @returns why it stays exact, or the trial.
 */
export async function tryTensor(
  ports: Pick<LossyPorts, 'steps' | 'countSteps'>,
  open: OpenLossy,
  tensor: LossyTensor,
  { quantiser }: Pick<LossyOptions, 'quantiser'>,
  step: number,
): Promise<TensorTrial | string> {
  const original = await open.read(tensor.payload);
  if (quantiser === 'mgit' && tensor.base === undefined) return 'it has no parent to change from';
  const based = await trialOf(ports, open, tensor, original, { step, based: tensor.base !== undefined }); // prettier-ignore
  let best = based;
  if (quantiser !== 'mgit' && based.based && based.lossyBytes > doubtful * original.length) {
    const alone = await trialOf(ports, open, tensor, original, { step, based: false });
    if (alone.lossyBytes < best.lossyBytes) best = alone;
  }
  if (best.lossyBytes > (1 - leastSaving) * tensor.storedBytes) return 'nothing would be gained';
  if (changesSign(tensor, original, best.bytes)) return 'a number would not be above 0 any more';
  return best;
}

/** The trial with a given step, whatever it gains. */
export async function trialOf(
  ports: Pick<LossyPorts, 'steps' | 'countSteps'>,
  open: OpenLossy,
  tensor: LossyTensor,
  original: Uint8Array,
  how: TensorStep,
): Promise<TensorTrial> {
  const { dtype } = tensor;
  const base = how.based && tensor.base ? await open.read(tensor.base.payload) : undefined;
  const order = { dtype, bytes: original, step: how.step, ...(base && { base }) };
  const counted = await ports.countSteps(order);
  const made = quantise({ ...order, ...(counted && { counted }) });
  return {
    ...how,
    tensor,
    bytes: made.bytes,
    lossyBytes: encodedBytes(ports, tensor, made.bytes, base, how.step),
    maxError: made.maxError,
    sumError: made.sumError,
    elements: original.length / stepBytes[dtype],
  };
}

/** Elements of a row: all but the first axis. */
export function rowElements(shape: readonly number[]): number {
  return shape.length < 2 ? 0 : elementCount(shape.slice(1));
}

function encodedBytes(
  { steps }: Pick<LossyPorts, 'steps'>,
  { dtype, shape }: LossyTensor,
  bytes: Uint8Array,
  base: Uint8Array | undefined,
  step: number,
): number {
  const element = { bytes: stepBytes[dtype], float: true };
  const derivation = { is: 'steps', dtype, step, rowElements: rowElements(shape) } as const;
  let sum = 0;
  for (let from = 0; from < bytes.length; from += chunkBytes) {
    const chunk = bytes.subarray(from, from + chunkBytes);
    const bases = base === undefined ? [] : [base.subarray(from, from + chunkBytes)];
    sum += steps.encode(chunk, bases, element, derivation)?.length ?? chunk.length;
  }
  return sum;
}

/** Variances and scales that are all above 0 must stay so: a root or a quotient may follow. */
function changesSign({ dtype }: LossyTensor, before: Uint8Array, after: Uint8Array): boolean {
  if (!decodeElements(dtype, before).every((value) => value > 0)) return false;
  return !decodeElements(dtype, after).every((value) => value > 0);
}
