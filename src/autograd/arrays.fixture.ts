import fc from 'fast-check';

/** Shapes of rank 0 to 3, at most 27 elements. */
export const shapes = fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 3 });

/** `count` numbers in a range, on a grid fine enough for tests and exact in f32. */
export function numbers(count: number, from: number, to: number): fc.Arbitrary<number[]> {
  const steps = 1024;
  return fc
    .array(fc.integer({ min: 0, max: steps }), { minLength: count, maxLength: count })
    .map((units) => units.map((unit) => Math.fround(from + ((to - from) * unit) / steps)));
}

/** Two shapes that broadcast to each other: some axes 1 or missing. */
export const broadcastPairs: fc.Arbitrary<readonly [readonly number[], readonly number[]]> = shapes
  .chain((shape) =>
    fc.tuple(
      fc.constant(shape),
      fc.array(fc.boolean(), { minLength: shape.length, maxLength: shape.length }),
      fc.array(fc.boolean(), { minLength: shape.length, maxLength: shape.length }),
      fc.integer({ min: 0, max: shape.length }),
      fc.boolean(),
    ),
  )
  .map(([shape, ones, others, missing, swapped]) => {
    const a = shape.map((extent, axis) => (ones[axis] === true ? 1 : extent));
    const b = shape.map((extent, axis) => (others[axis] === true ? 1 : extent)).slice(missing);
    return swapped ? ([b, a] as const) : ([a, b] as const);
  });
