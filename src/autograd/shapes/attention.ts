import type { ShapeRule } from '../known.ts';

/** Fused operators of com.microsoft and ai.onnx Attention. */
export const attentionShapeRules: Readonly<Record<string, ShapeRule>> = {};
