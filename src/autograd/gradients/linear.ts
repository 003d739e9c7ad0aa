import type { GradientRule } from './gradientRule.ts';

/** MatMul, Gemm, Einsum. */
export const linearGradients: Readonly<Record<string, GradientRule>> = {};
