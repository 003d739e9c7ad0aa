import type { ShapeRule } from '../known.ts';

/** If, Loop, Scan, Dropout, Identity, Cast. */
export const controlShapeRules: Readonly<Record<string, ShapeRule>> = {};
