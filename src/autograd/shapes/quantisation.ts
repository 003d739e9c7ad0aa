import type { ShapeRule } from '../known.ts';

/** QuantizeLinear, DequantizeLinear and fake quantisation. */
export const quantisationShapeRules: Readonly<Record<string, ShapeRule>> = {};
