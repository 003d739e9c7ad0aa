import type { Lowering } from './lowering.ts';

/** If, Loop, Scan, Dropout, Identity, Cast. */
export const controlLowerings: Readonly<Record<string, Lowering>> = {};
