import { convolution, linear } from '../../src/core/models/layers.ts';
import { modelBuilder } from '../../src/core/models/modelBuilder.ts';
import type { Network } from '../../src/core/network/network.ts';

/**
 * A plain CNN: 3 × 3 convolutions with ReLU, each group of layers ended by max pooling, then one hidden
 * layer: `input` f32 `[batch, 1, height, width]` → `logits` `[batch, classes]`.
 *
 * @param groups - channels of each convolution, by group.
 */
export function pictureCnn(sizes: {
  readonly name: string;
  readonly height: number;
  readonly width: number;
  readonly groups: readonly (readonly number[])[];
  readonly hidden: number;
  readonly classes: number;
  readonly seed: number;
}): Network {
  const { height, width, groups, hidden, classes, seed } = sizes;
  const to = modelBuilder(sizes.name, seed);
  let x = to.input('input', 'f32', ['batch', 1, height, width]);
  let inputs = 1;
  for (const [group, layers] of groups.entries()) {
    for (const [layer, outputs] of layers.entries()) {
      x = convolution(to, x, `conv${group + 1}.${layer}`, { inputs, outputs, kernel: 3 });
      x = to.node('Relu', [x]);
      inputs = outputs;
    }
    x = to.node('MaxPool', [x], { kernel_shape: [2, 2], strides: [2, 2] });
  }
  const halvings = 2 ** groups.length;
  const places = Math.floor(height / halvings) * Math.floor(width / halvings);
  x = to.node('Flatten', [x], { axis: 1 });
  x = to.node('Relu', [linear(to, x, 'fc', inputs * places, hidden)]);
  return to.finish(linear(to, x, 'head', hidden, classes), 'logits', ['batch', classes]);
}

/** CNN-S of the reference graphs: two convolutions, about 103,000 weights at 28 × 28. */
export function smallCnn(side: number, classes: number, seed: number): Network {
  const groups = [[8], [16]];
  return pictureCnn({
    name: 'cnn-s',
    height: side,
    width: side,
    groups,
    hidden: 128,
    classes,
    seed,
  });
}

/** CNN-L: four convolutions. */
export function largeCnn(side: number, classes: number, seed: number): Network {
  const groups = [
    [8, 8],
    [16, 16],
  ];
  return pictureCnn({
    name: 'cnn-l',
    height: side,
    width: side,
    groups,
    hidden: 128,
    classes,
    seed,
  });
}
