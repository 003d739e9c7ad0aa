import { tensorBytes } from '../../core/dtype.ts';
import type { StepOptions, StepTensor, TrainingStep } from '../training/stepTypes.ts';
import { trainingStep } from '../training/trainingStep.ts';

/** Bytes that training takes on the device. */
export interface MemoryPlan {
  /** Weights, trained or not, as a run reads them. */
  readonly weightBytes: number;
  /** Optimiser slots, averages, statistics and summed gradients, as a run reads them. */
  readonly stateBytes: number;
  /**
   * Most bytes alive at once that a run makes: activations, gradients, and the next weights and state, which a
   * loop has three times.
   */
  readonly activationBytes: number;
  /** Inputs, targets and weights of examples of one run. */
  readonly feedBytes: number;
  /** All of these together. */
  readonly peakBytes: number;
}

/**
 * What a step needs at its peak, from the shapes alone.
 *
 * @param stepsPerRun - more than 1 where a loop does so many: their feeds are all there, and the state once more
 *   as the loop carries it and once more as it leaves the loop.
 */
export function memoryPlan(step: TrainingStep, stepsPerRun = 1): MemoryPlan {
  const programs =
    step.run.is === 'single' ? [step.run.step] : [step.run.accumulate, step.run.apply];
  const weights = step.state.filter(({ role }) => role === 'weight');
  const state = step.state.filter(({ role }) => role !== 'weight');
  const weightBytes = sizeOf(weights) + sizeOf(step.fixed);
  const stateBytes = sizeOf(state);
  const carried = stepsPerRun > 1 ? 2 * sizeOf(step.state) : 0;
  const activationBytes = Math.max(...programs.map((program) => program.activationBytes)) + carried;
  const feedBytes = Math.max(...programs.map(({ feeds }) => sizeOf(feeds))) * stepsPerRun;
  return {
    weightBytes,
    stateBytes,
    activationBytes,
    feedBytes,
    peakBytes: weightBytes + stateBytes + activationBytes + feedBytes,
  };
}

/**
 * The largest micro-batch that divides the batch and whose plan fits, by trying the divisors from the
 * largest down; 1 if none does.
 */
export function largestMicroBatch(options: StepOptions, budgetBytes: number): number {
  const { batchSize } = options.settings;
  for (let microBatch = batchSize; microBatch > 1; microBatch--) {
    if (batchSize % microBatch !== 0) continue;
    const settings = { ...options.settings, microBatch };
    if (memoryPlan(trainingStep({ ...options, settings })).peakBytes <= budgetBytes)
      return microBatch;
  }
  return 1;
}

function sizeOf(tensors: readonly StepTensor[]): number {
  return tensors.reduce((bytes, { dtype, shape }) => bytes + tensorBytes(dtype, shape), 0);
}
