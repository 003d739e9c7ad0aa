import type { ShapeRule } from '../known.ts';

const same: ShapeRule = ([x]) => [{ dtype: x?.dtype ?? 'f32', shape: x?.shape ?? [] }];

/** Batch, instance and group normalisation. */
export const normalisationShapeRules: Readonly<Record<string, ShapeRule>> = {
  // In training mode the running statistics come after.
  BatchNormalization: ([x, scale, , mean, variance], node) => [
    { dtype: x?.dtype ?? 'f32', shape: x?.shape ?? [] },
    ...node.outputs.slice(1).map((_, at) => ({
      dtype: (at === 0 ? mean : variance)?.dtype ?? 'f32',
      shape: scale?.shape ?? [],
    })),
  ],
  InstanceNormalization: same,
  GroupNormalization: same,
  LRN: same,
  MeanVarianceNormalization: same,
};
