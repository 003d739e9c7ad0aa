import fc from 'fast-check';
import { elementCount } from '../core/dtype.ts';
import type { CaseInput } from './checkGradient.fixture.ts';

/** Numbers of both signs, none near zero, none equal: f32 of `shape`. */
export function floats(shape: readonly number[], from = 0): CaseInput {
  return {
    shape,
    values: Float32Array.from(
      { length: elementCount(shape) },
      (_, at) => (at % 2 === 0 ? 1 : -1) * (0.2 + ((at * 29 + from * 7 + 3) % 97) / 50),
    ),
  };
}

/** A constant int64 vector, as shapes and axes are given. */
export function constantInts(numbers: readonly number[]): CaseInput {
  return { shape: [numbers.length], values: numbers, dtype: 'i64', constant: true };
}

/** Shapes of `min` to `max` axes of 1 to 4. */
export function shapes(min: number, max: number): fc.Arbitrary<number[]> {
  return fc.array(fc.integer({ min: 1, max: 4 }), { minLength: min, maxLength: max });
}

/** Whole numbers below an extent, counted from the front or from the end. */
export function indexOf(extent: number): fc.Arbitrary<number> {
  return fc.integer({ min: -extent, max: extent - 1 });
}
