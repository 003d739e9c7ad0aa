import { elementCount } from '../../core/dtype.ts';
import type { GraphBuilder } from '../graphBuilder.ts';
import { covering, windowAttributes, windowSurplus, type WindowAxis } from '../shapes/windows.ts';
import { covered, enlarged, repeated, sideBySide } from './sideBySide.ts';
import { lowestFloat, paddedBy, underTap } from './windowTaps.ts';

interface Pooled {
  readonly x: string;
  /** The pool's output. */
  readonly most: string;
  readonly grad: string;
  readonly axes: readonly WindowAxis[];
}

/**
 * The gradient of MaxPool: each window's goes to its largest element, to the first of equal ones (as
 * PyTorch, XLA and ONNX Runtime's own indices have it; equal ones are common: a constant background).
 */
export function maxPoolGradient(b: GraphBuilder, of: Pooled): string {
  return sideBySide(of.axes) ? byRank(b, of) : byTaps(b, of);
}

/**
 * For windows side by side: the largest elements are found by comparing with the enlarged output, the
 * first of them by pooling their ranks in the window again.
 */
function byRank(b: GraphBuilder, { x, most, grad, axes }: Pooled): string {
  const taps = elementCount(axes.map(({ kernel }) => kernel));
  if (taps === 1) return repeated(b, grad, axes);
  const extents = axes.map(({ output, kernel }) => output * kernel);
  const ranks = b.floats([1, 1, ...extents], ranksOf(axes, extents, taps));
  const none = b.scalar(0);
  const largest = b.op('Equal', [covered(b, x, axes), enlarged(b, most, axes)]);
  const ranked = b.op('Where', [largest, ranks, none]);
  const kernel = axes.map((axis) => axis.kernel);
  const first = b.op('MaxPool', [ranked], { kernel_shape: kernel, strides: kernel });
  const chosen = b.op('Equal', [ranked, enlarged(b, first, axes)]);
  const made = b.op('Where', [chosen, enlarged(b, grad, axes), none]);
  const rest = axes.map(({ input }, at) => input - (extents[at] ?? 0));
  if (rest.every((extent) => extent === 0)) return made;
  return b.op('Pad', [made, b.ints([0, 0, ...axes.map(() => 0), 0, 0, ...rest])]);
}

/** For each element how many taps of its window come at it or after it: the first has the most. */
function ranksOf(axes: readonly WindowAxis[], extents: readonly number[], taps: number) {
  return Float32Array.from({ length: elementCount(extents) }, (_, flat) => {
    let rest = flat;
    let tap = 0;
    let step = 1;
    for (const [at, { kernel }] of [...axes.entries()].reverse()) {
      const extent = extents[at] ?? 1;
      tap += ((rest % extent) % kernel) * step;
      step *= kernel;
      rest = Math.floor(rest / extent);
    }
    return taps - tap;
  });
}

/**
 * For windows that overlap or reach over the edge: tap by tap, in order, a window's gradient is given
 * to the element under the tap where that is the largest and what is left of the gradient goes on.
 * A ConvTranspose whose kernels are one-hot puts them back in their places.
 */
function byTaps(b: GraphBuilder, { x, most, grad, axes: given }: Pooled): string {
  const axes = covering(given);
  const [batch = 0, channels = 0] = b.shape(x);
  const planes = batch * channels;
  const shaped = (value: string, extents: readonly number[]) =>
    b.op('Reshape', [value, b.ints([planes, 1, ...extents])]);
  const outputs = axes.map(({ output }) => output);
  const largest = shaped(most, outputs);
  // The lowest number of f32 stands for the infinity that ONNX means.
  const image = paddedBy(
    b,
    shaped(
      x,
      axes.map(({ input }) => input),
    ),
    axes,
    { value: lowestFloat },
  );
  const taps = elementCount(axes.map(({ kernel }) => kernel));
  const none = b.scalar(0);
  let left = shaped(grad, outputs);
  const parts: string[] = [];
  for (let tap = 0; tap < taps; tap++) {
    const here = b.op('Equal', [underTap(b, image, axes, tap), largest]);
    const part = b.op('Where', [here, left, none]);
    parts.push(part);
    // Exact: a number minus itself, or minus zero.
    if (tap < taps - 1) left = b.op('Sub', [left, part]);
  }
  const places = new Float32Array(taps * taps);
  for (let tap = 0; tap < taps; tap++) places[tap * taps + tap] = 1;
  const made = b.op(
    'ConvTranspose',
    [
      b.op('Concat', parts, { axis: 1 }),
      b.floats([taps, 1, ...axes.map(({ kernel }) => kernel)], places),
    ],
    { ...windowAttributes(axes), output_padding: axes.map(windowSurplus) },
  );
  return b.op('Reshape', [made, b.ints(b.shape(x))]);
}
