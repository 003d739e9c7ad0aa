import { tensorBytes } from '../../core/dtype.ts';
import type { StepOptions, StepTensor, TrainingStep } from '../training/stepTypes.ts';
import { trainingStep } from '../training/trainingStep.ts';

/** Bytes that training takes on the device. */
export interface MemoryPlan {
  /** Trained weights, twice, since a step writes new ones beside the old; and those that stay, once. */
  readonly weightBytes: number;
  /** Optimiser slots, averages, statistics, summed gradients: twice for what a step writes. */
  readonly stateBytes: number;
  /** Most bytes of activations and gradients alive at once inside a run. */
  readonly activationBytes: number;
  /** Inputs, targets, weights of one run. */
  readonly feedBytes: number;
  readonly peakBytes: number;
}

/**
 * What a step needs at its peak. A step's outputs are part of the activations while it runs: the new
 * weights and slots are counted there, once.
 */
export function memoryPlan(step: TrainingStep): MemoryPlan {
  const programs =
    step.run.is === 'single' ? [step.run.step] : [step.run.accumulate, step.run.apply];
  const weights = step.state.filter(({ role }) => role === 'weight');
  const state = step.state.filter(({ role }) => role !== 'weight');
  const weightBytes = sizeOf(weights) + sizeOf(step.fixed);
  const stateBytes = sizeOf(state);
  const activationBytes = Math.max(...programs.map((program) => program.activationBytes));
  const feedBytes = Math.max(...programs.map(({ feeds }) => sizeOf(feeds)));
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
