import type { Lowering } from './lowering.ts';

/** Conv and ConvTranspose. */
export const convolutionLowerings: Readonly<Record<string, Lowering>> = {};
