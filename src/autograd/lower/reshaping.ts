import type { Lowering } from './lowering.ts';

/** Views and moves: Reshape, Transpose, Concat, Split, Expand, Tile, …. */
export const reshapingLowerings: Readonly<Record<string, Lowering>> = {};
