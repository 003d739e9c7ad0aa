import type { GradientRule } from './gradientRule.ts';

const none: GradientRule = () => [];

/** Shapes as values and constants: Shape, Range, ConstantOfShape, …; they depend on no numbers. */
export const shapesGradients: Readonly<Record<string, GradientRule>> = {
  Shape: none,
  Size: none,
  ConstantOfShape: none,
  EyeLike: none,
};
