import type { GradientRule } from './gradientRule.ts';

/** Batch, instance and group normalisation. */
export const normalisationGradients: Readonly<Record<string, GradientRule>> = {};
