import type { ShapeRule } from '../known.ts';

/** Resize, Upsample, Pad, GridSample. */
export const resamplingShapeRules: Readonly<Record<string, ShapeRule>> = {};
