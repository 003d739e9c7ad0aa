import type { GradientRule } from './gradientRule.ts';

/** MaxPool, AveragePool and their global forms. */
export const poolingGradients: Readonly<Record<string, GradientRule>> = {};
