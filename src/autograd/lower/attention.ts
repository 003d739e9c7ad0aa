import type { Lowering } from './lowering.ts';

/** Fused operators of com.microsoft and ai.onnx Attention. */
export const attentionLowerings: Readonly<Record<string, Lowering>> = {};
