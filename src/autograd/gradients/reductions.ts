import type { GradientRule } from './gradientRule.ts';

/** Reduce*, ArgMax, CumSum, TopK. */
export const reductionsGradients: Readonly<Record<string, GradientRule>> = {};
