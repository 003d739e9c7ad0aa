import type { ShapeRule } from '../known.ts';

/** Reduce*, ArgMax, CumSum, TopK. */
export const reductionsShapeRules: Readonly<Record<string, ShapeRule>> = {};
