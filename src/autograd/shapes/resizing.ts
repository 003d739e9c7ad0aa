import { floatOf, floatsOf, intOf, intsOf, textOf } from '../../core/network/attributes.ts';
import type { OpNode } from '../../core/network/network.ts';
import { picking, type AxisMap } from '../evaluate/kernels/axisMaps.ts';
import { refuse } from '../unsupported.ts';

/** Values of a Resize node's inputs behind the first; undefined where left out. */
export interface ResizeInputs {
  readonly roi?: ArrayLike<number> | undefined;
  readonly scales?: ArrayLike<number> | undefined;
  readonly sizes?: ArrayLike<number> | undefined;
}

/** How one axis is resized. */
interface Axis {
  readonly input: number;
  readonly output: number;
  /** As given, or output by input: ONNX computes with it, not with the rounded extents. */
  readonly scale: number;
  readonly start: number;
  readonly end: number;
}

/**
 * How Resize or Upsample maps each axis.
 *
 * @throws LineageError `network-unsupported`: antialias, and forms that no exporter writes.
 *
 * Source: ONNX operator Resize (10, 11, 13, 18, 19) and Upsample (7, 9).
 */
export function resizeMaps(
  node: OpNode,
  shape: readonly number[],
  inputs: ResizeInputs,
): readonly AxisMap[] {
  if (intOf(node, 'antialias', 0) === 1) refuse(node, 'antialias is not supported');
  const kind = resizeKind(node);
  const mode = textOf(node, 'mode', 'nearest');
  const exclude = intOf(node, 'exclude_outside', 0) === 1;
  const a = floatOf(node, 'cubic_coeff_a', -0.75);
  return resizedAxes(node, shape, inputs).map((axis) => {
    if (axis.scale === 1 && axis.input === axis.output && kind !== 'tf_crop_and_resize')
      return picking(axis.input, [...new Array<number>(axis.input).keys()]);
    const places = Array.from({ length: axis.output }, (_, at) => place(node, kind, axis, at));
    const outside = (at: number) =>
      kind === 'tf_crop_and_resize' && (at < 0 || at > axis.input - 1);
    if (mode === 'nearest') {
      const round = rounding(node, axis.scale);
      return picking(
        axis.input,
        places.map((at) => (outside(at) ? undefined : clamp(round(at), axis.input))),
      );
    }
    const taps = places.map((at) => {
      if (outside(at)) return [];
      return mode === 'cubic' ? cubic(at, axis.input, a, exclude) : linear(at, axis.input);
    });
    return {
      input: axis.input,
      output: axis.output,
      from: taps.map((terms) => terms.map(([from]) => from)),
      weights: taps.map((terms) => terms.map(([, weight]) => weight)),
    };
  });
}

/** The coordinate transformation; that of Upsample and Resize-10 is `asymmetric`. */
function resizeKind(node: OpNode): string {
  const legacy = isLegacyResize(node);
  return textOf(node, 'coordinate_transformation_mode', legacy ? 'asymmetric' : 'half_pixel');
}

/** Upsample, and Resize before operator set 11, whose second input is the scales. */
export function isLegacyResize(node: OpNode): boolean {
  return node.op === 'Upsample' || node.inputs.length === 2;
}

function resizedAxes(
  node: OpNode,
  shape: readonly number[],
  { roi, scales, sizes }: ResizeInputs,
): readonly Axis[] {
  const rank = shape.length;
  const axes = (intsOf(node, 'axes') ?? [...shape.keys()]).map((axis) => (axis + rank) % rank);
  const extents = axes.map((axis) => shape[axis] ?? 1);
  const wanted = given(sizes);
  const ratios = wanted
    ? commonRatios(
        node,
        wanted.map((size, at) => size / (extents[at] ?? 1)),
      )
    : (given(scales) ?? floatsOf(node, 'scales'));
  if (ratios?.length !== axes.length)
    refuse(node, 'it needs a constant scale or size for each axis');
  const exact = textOf(node, 'keep_aspect_ratio_policy', 'stretch') === 'stretch';
  return shape.map((input, axis) => {
    const at = axes.indexOf(axis);
    const scale = ratios[at];
    if (scale === undefined) return { input, output: input, scale: 1, start: 0, end: 1 };
    const size = exact ? wanted?.[at] : Math.floor(scale * input + 0.5);
    return {
      input,
      // Scales are f32: 7 · 0.42857143 is meant to be 3.
      output: wanted && size !== undefined ? size : Math.floor(Math.fround(input * scale)),
      scale,
      start: roi?.[at] ?? 0,
      end: roi?.[at + axes.length] ?? 1,
    };
  });
}

/** An empty input is one that is left out. */
function given(values: ArrayLike<number> | undefined): readonly number[] | undefined {
  return values === undefined || values.length === 0 ? undefined : Array.from(values);
}

/** The scales that sizes ask for; all alike where the aspect ratio is to be kept. */
function commonRatios(node: OpNode, ratios: readonly number[]): readonly number[] {
  const policy = textOf(node, 'keep_aspect_ratio_policy', 'stretch');
  if (policy === 'stretch') return ratios;
  const common = policy === 'not_larger' ? Math.min(...ratios) : Math.max(...ratios);
  return ratios.map(() => common);
}

/** Where an output lies on the input's axis. */
function place(node: OpNode, kind: string, axis: Axis, at: number): number {
  const { input, output, scale, start, end } = axis;
  switch (kind) {
    case 'half_pixel':
      return (at + 0.5) / scale - 0.5;
    case 'half_pixel_symmetric':
      return (input / 2) * (1 - output / (scale * input)) + (at + 0.5) / scale - 0.5;
    case 'pytorch_half_pixel':
      return output > 1 ? (at + 0.5) / scale - 0.5 : 0;
    case 'align_corners':
      return output > 1 ? (at * (input - 1)) / (output - 1) : 0;
    case 'asymmetric':
      return at / scale;
    case 'tf_half_pixel_for_nn':
      return (at + 0.5) / scale;
    case 'tf_crop_and_resize':
      return output > 1
        ? start * (input - 1) + (at * (end - start) * (input - 1)) / (output - 1)
        : 0.5 * (start + end) * (input - 1);
    default:
      return refuse(node, `the coordinate transformation ${kind} is not known here`);
  }
}

function rounding(node: OpNode, scale: number): (at: number) => number {
  // Places computed in float64 miss whole and half numbers by rounding: 3 · (1 / 3) and the like.
  const near = (at: number) => Math.round(at * 1e6) / 1e6;
  const legacy = scale < 1 ? 'ceil' : 'floor';
  const mode = textOf(node, 'nearest_mode', isLegacyResize(node) ? legacy : 'round_prefer_floor');
  switch (mode) {
    case 'round_prefer_floor':
      return (at) => Math.ceil(near(at) - 0.5);
    case 'round_prefer_ceil':
      return (at) => Math.floor(near(at) + 0.5);
    case 'floor':
      return (at) => Math.floor(near(at));
    case 'ceil':
      return (at) => Math.ceil(near(at));
    default:
      return refuse(node, `the nearest_mode ${mode} is not known here`);
  }
}

function clamp(at: number, extent: number): number {
  return Math.min(Math.max(at, 0), extent - 1);
}

type Term = readonly [from: number, weight: number];

function linear(at: number, extent: number): readonly Term[] {
  const inside = clamp(at, extent);
  const low = Math.floor(inside);
  const part = inside - low;
  if (part === 0) return [[low, 1]];
  return [
    [low, 1 - part],
    [low + 1, part],
  ];
}

/** Source: Keys, Cubic convolution interpolation for digital image processing (1981). */
function cubic(at: number, extent: number, a: number, exclude: boolean): readonly Term[] {
  const low = Math.floor(at);
  const terms = [-1, 0, 1, 2].map((step): Term => {
    const t = Math.abs(at - (low + step));
    const weight =
      t <= 1 ? ((a + 2) * t - (a + 3)) * t * t + 1 : t < 2 ? ((t - 5) * t + 8) * t * a - 4 * a : 0;
    return [low + step, weight];
  });
  const kept = exclude ? terms.filter(([from]) => from >= 0 && from < extent) : terms;
  const total = exclude ? kept.reduce((sum, [, weight]) => sum + weight, 0) : 1;
  return kept.map(([from, weight]) => [clamp(from, extent), weight / total]);
}
