import type { ShapeRule } from '../known.ts';

/** Batch, instance and group normalisation. */
export const normalisationShapeRules: Readonly<Record<string, ShapeRule>> = {};
