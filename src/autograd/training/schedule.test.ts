import { describe, expect, it } from 'vitest';
import type { Schedule } from '../../core/training/settings.ts';
import { learningRateFactor, type Course } from './schedule.ts';

const course: Course = { steps: 11, stepsPerEpoch: 2, warmupSteps: 0 };
const factors = (schedule: Schedule, steps: readonly number[], over: Partial<Course> = {}) =>
  steps.map((step) => learningRateFactor(schedule, step, { ...course, ...over }));

describe('the learning rate', () => {
  it('stays', () => {
    expect(factors({ is: 'constant' }, [1, 5, 11])).toEqual([1, 1, 1]);
  });

  it('falls by a factor every few epochs', () => {
    const made = factors({ is: 'step', everyEpochs: 2, factor: 0.1 }, [1, 4, 5, 8, 9]);
    expect(made.map((each) => Number(each.toPrecision(12)))).toEqual([1, 1, 0.1, 0.1, 0.01]);
  });

  it('falls along half a cosine to its end at the last step', () => {
    const made = factors({ is: 'cosine', final: 0.2 }, [1, 6, 11, 12]);
    // Half way: the mean of 1 and 0.2.
    for (const [at, wanted] of [1, 0.6, 0.2, 0.2].entries())
      expect(made[at]).toBeCloseTo(wanted, 12);
  });

  it('goes up and down in one cycle', () => {
    const made = factors({ is: 'one-cycle', warmup: 0.4 }, [1, 3, 5, 8, 11]);
    // Half way up: (1/25 + 1) / 2; half way down: (1 + 1e-4) / 2.
    for (const [at, wanted] of [0.04, 0.52, 1, 0.50005, 1e-4].entries())
      expect(made[at]).toBeCloseTo(wanted, 12);
  });

  it('begins with a line, and the schedule comes after it', () => {
    const made = factors({ is: 'cosine', final: 0 }, [1, 2, 3, 4, 5, 10, 15], {
      steps: 15,
      warmupSteps: 4,
    });
    for (const [at, wanted] of [0.25, 0.5, 0.75, 1, 1, 0.5, 0].entries())
      expect(made[at]).toBeCloseTo(wanted, 12);
  });

  it.each<Schedule>([
    { is: 'constant' },
    { is: 'step', everyEpochs: 1, factor: 0.5 },
    { is: 'cosine', final: 0 },
    { is: 'one-cycle', warmup: 0 },
    { is: 'one-cycle', warmup: 1 },
  ])('is finite in a run of one step (%o)', (schedule) => {
    const [made = NaN] = factors(schedule, [1], { steps: 1 });
    expect(Number.isFinite(made) && made >= 0 && made <= 1).toBe(true);
  });
});
