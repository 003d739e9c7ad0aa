import type { ShapeRule } from '../known.ts';

/** MatMul, Gemm, Einsum. */
export const linearShapeRules: Readonly<Record<string, ShapeRule>> = {};
