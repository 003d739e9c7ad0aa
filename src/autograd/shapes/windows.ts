import { intsOf, textOf } from '../../core/network/attributes.ts';
import type { OpNode } from '../../core/network/network.ts';
import { refuse } from '../unsupported.ts';

/**
 * How a window moves along one spatial axis: its tap `k` at position `o` lies on element
 * `o · stride + k · dilation − begin` of the input, or on padding.
 */
export interface WindowAxis {
  /** Extent that the window moves over. */
  readonly input: number;
  /** Positions of the window. */
  readonly output: number;
  readonly kernel: number;
  readonly stride: number;
  readonly dilation: number;
  /** Padding before and after. */
  readonly begin: number;
  readonly end: number;
}

/** Extent of a window with the gaps between its taps. */
export function windowExtent({
  kernel,
  dilation,
}: Pick<WindowAxis, 'kernel' | 'dilation'>): number {
  return (kernel - 1) * dilation + 1;
}

/** Elements of the padded input behind the last window: less than a stride unless `ceil_mode` is set. */
export function windowSurplus(axis: WindowAxis): number {
  const { input, output, stride, begin, end } = axis;
  return input + begin + end - ((output - 1) * stride + windowExtent(axis));
}

/**
 * The windows of a Conv or a pooling node with its strides, dilations, pads and auto_pad.
 *
 * @param spatial - the input's extents behind batch and channels.
 * @param ceil - ceil_mode: a last window may reach over the padded end, but begins before it.
 * @throws LineageError `network-unsupported` where they do not fit.
 *
 * Source: ONNX operators Conv, MaxPool, AveragePool.
 */
export function windowAxes(
  node: OpNode,
  spatial: readonly number[],
  kernel: readonly number[],
  ceil = false,
): readonly WindowAxis[] {
  if (kernel.length !== spatial.length)
    refuse(node, `a kernel of ${kernel.length} axes over ${spatial.length} axes`);
  const auto = textOf(node, 'auto_pad', 'NOTSET');
  return spacing(node, spatial.length).map(({ stride, dilation, pads }, at) => {
    const input = spatial[at] ?? 1;
    const size = kernel[at] ?? 1;
    const taken = windowExtent({ kernel: size, dilation });
    const [begin, end] = auto.startsWith('SAME')
      ? halves((Math.ceil(input / stride) - 1) * stride + taken - input, auto === 'SAME_UPPER')
      : numbersOfPads(auto, pads);
    const room = (input + begin + end - taken) / stride;
    let output = (ceil ? Math.ceil(room) : Math.floor(room)) + 1;
    if (ceil && (output - 1) * stride >= input + begin) output -= 1;
    if (output < 1) refuse(node, `a window of ${taken} over ${input + begin + end} elements`);
    return { input, output, kernel: size, stride, dilation, begin, end };
  });
}

/**
 * The windows of the Conv that a ConvTranspose node transposes: `output` is the node's own input,
 * `input` is what it makes.
 *
 * @throws LineageError `network-unsupported`.
 *
 * Source: ONNX operator ConvTranspose.
 */
export function transposedAxes(
  node: OpNode,
  spatial: readonly number[],
  kernel: readonly number[],
): readonly WindowAxis[] {
  const rank = spatial.length;
  if (kernel.length !== rank) refuse(node, `a kernel of ${kernel.length} axes over ${rank} axes`);
  const given = spacing(node, rank);
  const auto = textOf(node, 'auto_pad', 'NOTSET');
  const extra = intsOf(node, 'output_padding');
  const wanted = intsOf(node, 'output_shape')?.slice(-rank);
  return given.map(({ stride, dilation, pads }, at) => {
    const output = spatial[at] ?? 1;
    const size = kernel[at] ?? 1;
    const taken = windowExtent({ kernel: size, dilation });
    const full = (output - 1) * stride + taken + (extra?.[at] ?? 0);
    const asked = wanted?.[at];
    if (asked !== undefined && asked > full)
      refuse(node, `an output_shape over the ${full} elements it makes`);
    const same = auto.startsWith('SAME') ? output * stride : undefined;
    const made = extentFor(full, asked ?? same, auto, pads);
    if (made.input < 1) refuse(node, `it pads away all ${full} elements`);
    return { ...made, output, kernel: size, stride, dilation };
  });
}

/** The axes with as much padding at the end as the last window reaches into by ceil_mode. */
export function covering(axes: readonly WindowAxis[]): readonly WindowAxis[] {
  return axes.map((axis) => ({ ...axis, end: axis.end + Math.max(0, -windowSurplus(axis)) }));
}

/** The axes as attributes of a node, auto_pad resolved. */
export function windowAttributes(axes: readonly WindowAxis[]) {
  return {
    kernel_shape: axes.map(({ kernel }) => kernel),
    strides: axes.map(({ stride }) => stride),
    dilations: axes.map(({ dilation }) => dilation),
    pads: [...axes.map(({ begin }) => begin), ...axes.map(({ end }) => end)],
  };
}

/** What is left of `full` elements by pads, or the pads that leave `wanted` ones. */
function extentFor(full: number, wanted: number | undefined, auto: string, pads: Pads) {
  const [begin, end] =
    wanted === undefined ? numbersOfPads(auto, pads) : halves(full - wanted, auto === 'SAME_UPPER');
  return { input: wanted ?? full - begin - end, begin, end };
}

type Pads = readonly [begin: number, end: number];

/** A node's strides, dilations and pads by axis. */
function spacing(node: OpNode, rank: number) {
  const strides = intsOf(node, 'strides');
  const dilations = intsOf(node, 'dilations');
  const pads = intsOf(node, 'pads');
  return Array.from({ length: rank }, (_, at) => ({
    stride: strides?.[at] ?? 1,
    dilation: dilations?.[at] ?? 1,
    pads: [pads?.[at] ?? 0, pads?.[at + rank] ?? 0] as Pads,
  }));
}

function numbersOfPads(auto: string, pads: Pads): Pads {
  return auto === 'VALID' ? [0, 0] : pads;
}

/** Total padding before and after; the odd one comes after, or before. */
function halves(total: number, after: boolean): Pads {
  const small = Math.floor(Math.max(0, total) / 2);
  const large = Math.max(0, total) - small;
  return after ? [small, large] : [large, small];
}
