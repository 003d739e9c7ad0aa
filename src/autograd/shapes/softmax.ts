import type { ShapeRule } from '../known.ts';

/** Softmax, LogSoftmax and layer normalisations. */
export const softmaxShapeRules: Readonly<Record<string, ShapeRule>> = {};
