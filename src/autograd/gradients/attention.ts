import type { GradientRule } from './gradientRule.ts';

/** Fused operators of com.microsoft and ai.onnx Attention. */
export const attentionGradients: Readonly<Record<string, GradientRule>> = {};
