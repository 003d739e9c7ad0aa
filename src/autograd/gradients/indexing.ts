import type { GradientRule } from './gradientRule.ts';

/** Gather*, Scatter*, Slice, OneHot. */
export const indexingGradients: Readonly<Record<string, GradientRule>> = {};
