import type { ShapeRule } from '../known.ts';

/** Conv and ConvTranspose. */
export const convolutionShapeRules: Readonly<Record<string, ShapeRule>> = {};
