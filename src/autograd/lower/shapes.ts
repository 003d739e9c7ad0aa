import type { Lowering } from './lowering.ts';

/** Shape, Size, Range, ConstantOfShape, Constant, NonZero. */
export const shapesLowerings: Readonly<Record<string, Lowering>> = {};
