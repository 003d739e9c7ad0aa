import type { Network } from '../network/network.ts';
import { convolution, linear } from './layers.ts';
import { modelBuilder } from './modelBuilder.ts';

/**
 * LeNet-5 with ReLU and max pooling: `input` f32 `[batch, channels, size, size]` → `logits`
 * `[batch, classes]`.
 *
 * Kernels are 5 × 5, the second without padding; 3 × 3 with padding for images under 16 pixels.
 * Source: LeCun et al., Gradient-based learning applied to document recognition (1998).
 *
 * @param size - pixels of a side, at least 4.
 */
export function lenet(sizes: {
  readonly channels?: number;
  readonly size?: number;
  readonly classes?: number;
  readonly seed: number;
}): Network {
  const { channels = 1, size = 28, classes = 10, seed } = sizes;
  const small = size < 16;
  const kernel = small ? 3 : 5;
  const halved = (extent: number): number => Math.floor(extent / 2);
  const side = halved(halved(size) - (small ? 0 : kernel - 1));
  if (side < 1) throw new Error(`LeNet needs images of 4 pixels or more, not ${size}`);
  const to = modelBuilder('lenet', seed);
  const pool = (x: string): string =>
    to.node('MaxPool', [to.node('Relu', [x])], { kernel_shape: [2, 2], strides: [2, 2] });
  let x = to.input('input', 'f32', ['batch', channels, size, size]);
  x = pool(convolution(to, x, 'conv1', { inputs: channels, outputs: 6, kernel }));
  const pad = small ? 1 : 0;
  x = pool(convolution(to, x, 'conv2', { inputs: 6, outputs: 16, kernel, pad }));
  x = to.node('Flatten', [x], { axis: 1 });
  x = to.node('Relu', [linear(to, x, 'fc1', 16 * side * side, 120)]);
  x = to.node('Relu', [linear(to, x, 'fc2', 120, 84)]);
  return to.finish(linear(to, x, 'fc3', 84, classes), 'logits', ['batch', classes]);
}
