import type { Schedule } from '../../core/training/settings.ts';

/** The course of a run that a schedule depends on. */
export interface Course {
  /** Optimiser steps of the whole run. */
  readonly steps: number;
  readonly stepsPerEpoch: number;
  /** Of linear warm-up, before the schedule. */
  readonly warmupSteps: number;
}

/** A one-cycle run starts at 1/25 of its rate and ends at 1/10,000 of that start's 25-fold. */
const oneCycleStart = 1 / 25;
const oneCycleEnd = 1e-4;

/**
 * The learning rate of optimiser step `step` (1-based) as a factor of the run's rate. During warm-up
 * step s of w has s / w; the schedule then runs over the steps that are left.
 *
 * Source: step, cosine: PyTorch StepLR, CosineAnnealingLR; one-cycle: Smith, Super-Convergence,
 * arXiv 1708.07120, in the cosine form of PyTorch's OneCycleLR.
 */
export function learningRateFactor(schedule: Schedule, step: number, course: Course): number {
  const { warmupSteps, stepsPerEpoch } = course;
  if (step <= warmupSteps) return step / warmupSteps;
  const done = step - 1 - warmupSteps;
  // The last step is at 1, so that a cosine ends where it says.
  const share = Math.min(1, done / Math.max(1, course.steps - warmupSteps - 1));
  switch (schedule.is) {
    case 'constant':
      return 1;
    case 'step':
      return schedule.factor ** Math.floor(Math.floor(done / stepsPerEpoch) / schedule.everyEpochs);
    case 'cosine':
      return between(1, schedule.final, share);
    case 'one-cycle':
      return share < schedule.warmup
        ? between(oneCycleStart, 1, share / schedule.warmup)
        : between(1, oneCycleEnd, (share - schedule.warmup) / Math.max(1e-12, 1 - schedule.warmup));
  }
}

/** From `from` to `to` along a half cosine as `share` goes from 0 to 1. */
function between(from: number, to: number, share: number): number {
  return to + ((from - to) * (1 + Math.cos(Math.PI * share))) / 2;
}
