import type { ShapeRule } from '../known.ts';

/** Elementwise arithmetic and activations, with broadcasting. */
export const pointwiseShapeRules: Readonly<Record<string, ShapeRule>> = {};
