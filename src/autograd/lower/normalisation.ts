import type { Lowering } from './lowering.ts';

/** Batch, instance and group normalisation. */
export const normalisationLowerings: Readonly<Record<string, Lowering>> = {};
