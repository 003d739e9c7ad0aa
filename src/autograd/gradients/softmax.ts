import type { GradientRule } from './gradientRule.ts';

/** Softmax, LogSoftmax and layer normalisations. */
export const softmaxGradients: Readonly<Record<string, GradientRule>> = {};
