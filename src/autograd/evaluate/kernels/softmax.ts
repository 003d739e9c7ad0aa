import type { Kernel } from '../ndArray.ts';

/** Softmax, LogSoftmax and layer normalisations. */
export const softmaxKernels: Readonly<Record<string, Kernel>> = {};
