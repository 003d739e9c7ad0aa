import type { Kernel } from '../ndArray.ts';

/** Fused operators of com.microsoft and ai.onnx Attention. */
export const attentionKernels: Readonly<Record<string, Kernel>> = {};
