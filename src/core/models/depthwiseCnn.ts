import type { Network } from '../network/network.ts';
import { literal } from '../network/literal.ts';
import { batchNorm, convolution, linear, pooled } from './layers.ts';
import { modelBuilder } from './modelBuilder.ts';

/**
 * A small MobileNet: depthwise-separable convolutions with batch normalisation and ReLU6. `input` f32
 * `[batch, channels, size, size]` → `logits` `[batch, classes]`.
 *
 * Source: Howard et al., arXiv 1704.04861.
 *
 * @param width - channels of the first layer; the last has four times as many.
 */
export function depthwiseCnn(sizes: {
  readonly channels?: number;
  readonly size?: number;
  readonly classes?: number;
  readonly width?: number;
  readonly seed: number;
}): Network {
  const { channels = 3, size = 32, classes = 10, width = 16, seed } = sizes;
  const to = modelBuilder('depthwise-cnn', seed);
  const low = to.constant('relu6_min', literal('f32', [], [0]));
  const high = to.constant('relu6_max', literal('f32', [], [6]));
  const active = (x: string, norm: string, outputs: number): string =>
    to.node('Clip', [batchNorm(to, x, norm, outputs), low, high]);
  let x = to.input('input', 'f32', ['batch', channels, size, size]);
  x = convolution(to, x, 'stem.conv', { inputs: channels, outputs: width, kernel: 3, bias: false });
  x = active(x, 'stem.bn', width);
  let inputs = width;
  const blocks = [[2, 2], [2, 1], [4, 2], [4, 1]] as const; // prettier-ignore
  for (const [index, [times, stride]] of blocks.entries()) {
    const outputs = width * times;
    const name = `blocks.${index}`;
    const depthwise = { inputs, outputs: inputs, kernel: 3, stride, groups: inputs, bias: false };
    x = active(convolution(to, x, `${name}.depthwise`, depthwise), `${name}.bn1`, inputs);
    const pointwise = { inputs, outputs, kernel: 1, bias: false };
    x = active(convolution(to, x, `${name}.pointwise`, pointwise), `${name}.bn2`, outputs);
    inputs = outputs;
  }
  const logits = linear(to, pooled(to, x), 'head', inputs, classes);
  return to.finish(logits, 'logits', ['batch', classes]);
}
