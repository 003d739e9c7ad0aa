import type { ShapeRule } from '../known.ts';

/** Gather*, Scatter*, Slice, OneHot. */
export const indexingShapeRules: Readonly<Record<string, ShapeRule>> = {};
