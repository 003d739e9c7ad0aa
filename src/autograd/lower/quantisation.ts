import type { Lowering } from './lowering.ts';

/** QuantizeLinear, DequantizeLinear and fake quantisation. */
export const quantisationLowerings: Readonly<Record<string, Lowering>> = {};
