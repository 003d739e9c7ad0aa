import type { Lowering } from './lowering.ts';

/** MaxPool, AveragePool and their global forms. */
export const poolingLowerings: Readonly<Record<string, Lowering>> = {};
