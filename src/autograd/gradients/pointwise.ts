import type { GradientRule } from './gradientRule.ts';

/** Elementwise arithmetic and activations, with broadcasting. */
export const pointwiseGradients: Readonly<Record<string, GradientRule>> = {};
