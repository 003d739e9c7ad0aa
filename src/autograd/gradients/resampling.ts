import type { GradientRule } from './gradientRule.ts';

/** Resize, Upsample, Pad, GridSample. */
export const resamplingGradients: Readonly<Record<string, GradientRule>> = {};
