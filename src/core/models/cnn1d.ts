import type { Network } from '../network/network.ts';
import { convolution, linear, pooled } from './layers.ts';
import { modelBuilder } from './modelBuilder.ts';

/**
 * A convolutional network over samples of sound: `input` f32 `[batch, 1, samples]` → `logits`
 * `[batch, classes]`. Four convolutions, each taking every fourth place.
 *
 * @param width - channels of the first layer; the last has four times as many.
 */
export function cnn1d(sizes: {
  readonly samples?: number;
  readonly width?: number;
  readonly classes?: number;
  readonly seed: number;
}): Network {
  const { samples = 8000, width = 16, classes = 10, seed } = sizes;
  const to = modelBuilder('cnn-1d', seed);
  let x = to.input('input', 'f32', ['batch', 1, samples]);
  let inputs = 1;
  for (const [index, times] of [1, 2, 4, 4].entries()) {
    const kernel = index === 0 ? 33 : 9;
    const layer = { inputs, outputs: width * times, kernel, stride: 4, axes: 1 } as const;
    x = to.node('Relu', [convolution(to, x, `conv.${index}`, layer)]);
    inputs = width * times;
  }
  const logits = linear(to, pooled(to, x), 'head', inputs, classes);
  return to.finish(logits, 'logits', ['batch', classes]);
}
