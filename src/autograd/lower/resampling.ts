import type { Lowering } from './lowering.ts';

/** Resize, Upsample, Pad, GridSample. */
export const resamplingLowerings: Readonly<Record<string, Lowering>> = {};
