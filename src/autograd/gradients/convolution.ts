import type { GradientRule } from './gradientRule.ts';

/** Conv and ConvTranspose. */
export const convolutionGradients: Readonly<Record<string, GradientRule>> = {};
