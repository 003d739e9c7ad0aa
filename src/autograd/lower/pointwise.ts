import type { Lowering } from './lowering.ts';

/** Elementwise arithmetic and activations, with broadcasting. */
export const pointwiseLowerings: Readonly<Record<string, Lowering>> = {};
