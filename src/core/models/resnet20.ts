import type { Network } from '../network/network.ts';
import { batchNorm, convolution, linear, pooled } from './layers.ts';
import { modelBuilder, type ModelBuilder } from './modelBuilder.ts';

/**
 * ResNet-20 for small images: `input` f32 `[batch, channels, size, size]` → `logits`
 * `[batch, classes]`; three stages of basic blocks, each stage at half the size.
 *
 * Shortcuts that change shape are 1 × 1 convolutions. Source: He et al., arXiv 1512.03385, section 4.2.
 *
 * @param blocks - of each stage; 3 gives the 20 layers.
 */
export function resnet20(sizes: {
  readonly channels?: number;
  readonly size?: number;
  readonly classes?: number;
  readonly widths?: readonly [number, number, number];
  readonly blocks?: number;
  readonly seed: number;
}): Network {
  const { channels = 3, size = 32, classes = 10, widths = [16, 32, 64], blocks = 3, seed } = sizes;
  const to = modelBuilder('resnet20', seed);
  let x = to.input('input', 'f32', ['batch', channels, size, size]);
  x = normalised(to, x, 'conv1', 'bn1', channels, widths[0], 1);
  x = to.node('Relu', [x]);
  let inputs: number = widths[0];
  for (const [stage, outputs] of widths.entries())
    for (let block = 0; block < blocks; block++) {
      const stride = stage > 0 && block === 0 ? 2 : 1;
      x = basicBlock(to, x, `layer${stage + 1}.${block}`, inputs, outputs, stride);
      inputs = outputs;
    }
  const logits = linear(to, pooled(to, x), 'fc', inputs, classes);
  return to.finish(logits, 'logits', ['batch', classes]);
}

function basicBlock(
  to: ModelBuilder,
  x: string,
  name: string,
  inputs: number,
  outputs: number,
  stride: number,
): string {
  const first = normalised(to, x, `${name}.conv1`, `${name}.bn1`, inputs, outputs, stride);
  const relu = to.node('Relu', [first]);
  const second = normalised(to, relu, `${name}.conv2`, `${name}.bn2`, outputs, outputs, 1);
  const shortcut =
    stride === 1 && inputs === outputs
      ? x
      : batchNorm(
          to,
          convolution(to, x, `${name}.shortcut.0`, {
            inputs,
            outputs,
            kernel: 1,
            stride,
            bias: false,
          }),
          `${name}.shortcut.1`,
          outputs,
        );
  return to.node('Relu', [to.node('Add', [second, shortcut])]);
}

function normalised(
  to: ModelBuilder,
  x: string,
  conv: string,
  norm: string,
  inputs: number,
  outputs: number,
  stride: number,
): string {
  const y = convolution(to, x, conv, { inputs, outputs, kernel: 3, stride, bias: false });
  return batchNorm(to, y, norm, outputs);
}
