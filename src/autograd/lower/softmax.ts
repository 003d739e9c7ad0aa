import type { Lowering } from './lowering.ts';

/** Softmax, LogSoftmax and layer normalisations. */
export const softmaxLowerings: Readonly<Record<string, Lowering>> = {};
