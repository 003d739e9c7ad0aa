import type { Lowering } from './lowering.ts';

/** Gather*, Scatter*, Slice, OneHot. */
export const indexingLowerings: Readonly<Record<string, Lowering>> = {};
