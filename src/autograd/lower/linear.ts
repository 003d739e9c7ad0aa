import type { Lowering } from './lowering.ts';

/** MatMul, Gemm, Einsum. */
export const linearLowerings: Readonly<Record<string, Lowering>> = {};
