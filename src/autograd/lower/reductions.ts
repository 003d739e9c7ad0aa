import type { Lowering } from './lowering.ts';

/** Reduce*, ArgMax, CumSum, TopK. */
export const reductionsLowerings: Readonly<Record<string, Lowering>> = {};
