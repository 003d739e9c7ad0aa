import type { GradientRule } from './gradientRule.ts';

/** QuantizeLinear, DequantizeLinear and fake quantisation. */
export const quantisationGradients: Readonly<Record<string, GradientRule>> = {};
