import type { GraphBuilder } from '../graphBuilder.ts';
import type { WindowAxis } from '../shapes/windows.ts';

/** Of f32: what stands for the infinity that ONNX means around a MaxPool. */
export const lowestFloat = -3.4028234663852886e38;

/**
 * An image with its windows' padding around it.
 *
 * @param first - the first spatial axis: 2 with channels before them, 1 with channels behind.
 * @param value - of the padding, zero unless said.
 */
export function paddedBy(
  b: GraphBuilder,
  image: string,
  axes: readonly WindowAxis[],
  { first = 2, value }: { readonly first?: number; readonly value?: number } = {},
): string {
  if (axes.every(({ begin, end }) => begin === 0 && end === 0)) return image;
  const all = (of: (axis: WindowAxis) => number) =>
    b.shape(image).map((_, at) => {
      const axis = axes[at - first];
      return axis === undefined ? 0 : of(axis);
    });
  const pads = b.ints([...all(({ begin }) => begin), ...all(({ end }) => end)]);
  return b.op('Pad', value === undefined ? [image, pads] : [image, pads, b.scalar(value)]);
}

/**
 * The elements of a padded image that lie under a tap, one for each position of the window.
 *
 * @param tap - flat index in the kernel.
 * @param first - the first spatial axis.
 */
export function underTap(
  b: GraphBuilder,
  image: string,
  axes: readonly WindowAxis[],
  tap: number,
  first = 2,
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
    b.ints(axes.map((_, at) => at + first)),
    b.ints(axes.map(({ stride }) => stride)),
  ]);
}
