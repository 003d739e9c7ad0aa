import type { GraphBuilder } from '../graphBuilder.ts';
import type { WindowAxis } from '../shapes/windows.ts';

/** Of f32: what stands for the infinity that ONNX means around a MaxPool. */
export const lowestFloat = -3.4028234663852886e38;

/** An image with its windows' padding around it, of zeros or of `value`, an f32 scalar. */
export function paddedBy(
  b: GraphBuilder,
  image: string,
  axes: readonly WindowAxis[],
  value?: number,
): string {
  const begins = axes.map(({ begin }) => begin);
  const ends = axes.map(({ end }) => end);
  if ([...begins, ...ends].every((pad) => pad === 0)) return image;
  const pads = b.ints([0, 0, ...begins, 0, 0, ...ends]);
  return b.op('Pad', value === undefined ? [image, pads] : [image, pads, b.scalar(value)]);
}

/**
 * The elements of a padded image that lie under a tap, one for each position of the window.
 *
 * @param tap - flat index in the kernel.
 */
export function underTap(
  b: GraphBuilder,
  image: string,
  axes: readonly WindowAxis[],
  tap: number,
): string {
  let rest = tap;
  const starts: number[] = [];
  for (const { kernel, dilation } of axes.toReversed()) {
    starts.unshift((rest % kernel) * dilation);
    rest = Math.floor(rest / kernel);
  }
  return b.op('Slice', [
    image,
    b.ints(starts),
    b.ints(axes.map(({ output, stride }, at) => (starts[at] ?? 0) + (output - 1) * stride + 1)),
    b.ints(axes.map((_, at) => at + 2)),
    b.ints(axes.map(({ stride }) => stride)),
  ]);
}
