import type { GradientRule } from './gradientRule.ts';

/** If, Loop, Scan, Dropout, Identity, Cast. */
export const controlGradients: Readonly<Record<string, GradientRule>> = {};
