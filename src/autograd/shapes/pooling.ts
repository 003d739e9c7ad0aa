import type { ShapeRule } from '../known.ts';

/** MaxPool, AveragePool and their global forms. */
export const poolingShapeRules: Readonly<Record<string, ShapeRule>> = {};
