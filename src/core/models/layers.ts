import { floatAttribute } from '../network/attributes.ts';
import type { ModelBuilder } from './modelBuilder.ts';
import { fanInStart } from './startValues.ts';

/** `x · Wᵀ + b`: `[batch, inputs]` → `[batch, outputs]`, weights as PyTorch has them. */
export function linear(
  to: ModelBuilder,
  x: string,
  name: string,
  inputs: number,
  outputs: number,
): string {
  const weight = to.weight(`${name}.weight`, [outputs, inputs], fanInStart(inputs));
  const bias = to.weight(`${name}.bias`, [outputs], fanInStart(inputs));
  return to.node('Gemm', [x, weight, bias], { transB: 1 });
}

export interface ConvolutionSizes {
  readonly inputs: number;
  readonly outputs: number;
  readonly kernel: number;
  readonly stride?: number;
  /** Zeros around each side; "same" for a stride of 1 when absent. */
  readonly pad?: number;
  readonly groups?: number;
  /** Without where a normalisation follows. */
  readonly bias?: boolean;
  /** 2 when absent. */
  readonly axes?: 1 | 2;
}

/** A convolution: `[batch, inputs, …]` → `[batch, outputs, …]`. */
export function convolution(
  to: ModelBuilder,
  x: string,
  name: string,
  sizes: ConvolutionSizes,
): string {
  const { inputs, outputs, kernel, stride = 1, groups = 1, bias = true, axes = 2 } = sizes;
  const pad = sizes.pad ?? Math.floor(kernel / 2);
  const each = (value: number): number[] => new Array<number>(axes).fill(value);
  const start = fanInStart((inputs / groups) * kernel ** axes);
  const shape = [outputs, inputs / groups, ...each(kernel)];
  const weights = [to.weight(`${name}.weight`, shape, start)];
  if (bias) weights.push(to.weight(`${name}.bias`, [outputs], start));
  return to.node('Conv', [x, ...weights], {
    kernel_shape: each(kernel),
    strides: each(stride),
    pads: [...each(pad), ...each(pad)],
    group: groups,
  });
}

/** Batch normalisation with its running statistics at 0 and 1. */
export function batchNorm(to: ModelBuilder, x: string, name: string, channels: number): string {
  const one = { is: 'constant', value: 1 } as const;
  const zero = { is: 'constant', value: 0 } as const;
  const parts = [
    to.weight(`${name}.weight`, [channels], one),
    to.weight(`${name}.bias`, [channels], zero),
    to.weight(`${name}.running_mean`, [channels], zero),
    to.weight(`${name}.running_var`, [channels], one),
  ];
  return to.node('BatchNormalization', [x, ...parts], { epsilon: floatAttribute(1e-5) });
}

export function layerNorm(to: ModelBuilder, x: string, name: string, width: number): string {
  const weight = to.weight(`${name}.weight`, [width], { is: 'constant', value: 1 });
  const bias = to.weight(`${name}.bias`, [width], { is: 'constant', value: 0 });
  return to.node('LayerNormalization', [x, weight, bias], {
    axis: -1,
    epsilon: floatAttribute(1e-5),
  });
}

/** `x · W + b` on the last axis of any shape. */
export function project(
  to: ModelBuilder,
  x: string,
  name: string,
  inputs: number,
  outputs: number,
): string {
  const weight = to.weight(`${name}.weight`, [inputs, outputs], fanInStart(inputs));
  const bias = to.weight(`${name}.bias`, [outputs], { is: 'constant', value: 0 });
  return to.node('Add', [to.node('MatMul', [x, weight]), bias]);
}

/** Mean over all places of an image or a series: `[batch, channels, …]` → `[batch, channels]`. */
export function pooled(to: ModelBuilder, x: string): string {
  return to.node('Flatten', [to.node('GlobalAveragePool', [x])], { axis: 1 });
}
