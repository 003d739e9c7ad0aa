import { elementCount } from '../../../core/dtype.ts';
import { intOf } from '../../../core/network/attributes.ts';
import type { OpNode } from '../../../core/network/network.ts';
import { transposedAxes, windowAxes, type WindowAxis } from '../../shapes/windows.ts';
import { ndArray, type Kernel, type NdArray } from '../ndArray.ts';
import { tapsOf } from './windowRows.ts';
import { refuse } from '../../unsupported.ts';

/** Conv and ConvTranspose. */
export const convolutionKernels: Readonly<Record<string, Kernel>> = {
  Conv: (inputs, node) => {
    const [x, w, bias] = given(inputs, node);
    const axes = windowAxes(node, x.shape.slice(2), w.shape.slice(2));
    const [batch = 0] = x.shape;
    const [channels = 0] = w.shape;
    const shape = [batch, channels, ...axes.map(({ output }) => output)];
    const y = biased(shape, bias);
    convolve(y, x.data, w, { axes, batch, group: intOf(node, 'group', 1) }, gather);
    return [ndArray(x.dtype, shape, y)];
  },
  ConvTranspose: (inputs, node) => {
    const [x, w, bias] = given(inputs, node);
    const group = intOf(node, 'group', 1);
    const axes = transposedAxes(node, x.shape.slice(2), w.shape.slice(2));
    const [batch = 0] = x.shape;
    const shape = [batch, (w.shape[1] ?? 0) * group, ...axes.map(({ input }) => input)];
    const y = biased(shape, bias);
    convolve(x.data, y, w, { axes, batch, group }, scatter);
    return [ndArray(x.dtype, shape, y)];
  },
};

function given(inputs: readonly (NdArray | undefined)[], node: OpNode) {
  const [x, w, bias] = inputs;
  if (x === undefined || w === undefined) refuse(node, 'it lacks its data or its weight');
  if (x.shape.length < 3 || x.shape.length > 5 || w.shape.length !== x.shape.length)
    refuse(node, `data of ${x.shape.length} and a weight of ${w.shape.length} axes`);
  return [x, w, bias] as const;
}

/** Zeros, or each channel's bias. */
function biased(shape: readonly number[], bias: NdArray | undefined): Float64Array {
  const y = new Float64Array(elementCount(shape));
  if (bias === undefined) return y;
  const [, channels = 1, ...spatial] = shape;
  const plane = elementCount(spatial);
  for (let at = 0, channel = 0; at < y.length; at += plane, channel = (channel + 1) % channels)
    y.fill(bias.data[channel] as number, at, at + plane);
  return y;
}

/** What is done with a row of window positions (`small`), a row of elements under a tap, and its weight. */
type Row = (
  small: Float64Array,
  s: number,
  big: Float64Array,
  g: number,
  step: number,
  length: number,
  weight: number,
) => void;

const gather: Row = (small, s, big, g, step, length, weight) => {
  for (let i = 0; i < length; i++)
    small[s + i] = (small[s + i] as number) + weight * (big[g + i * step] as number);
};

const scatter: Row = (small, s, big, g, step, length, weight) => {
  for (let i = 0; i < length; i++)
    big[g + i * step] = (big[g + i * step] as number) + weight * (small[s + i] as number);
};

/** Visits every (window position, element under a tap, weight) of a convolution, row by row. */
function convolve(
  small: Float64Array,
  big: Float64Array,
  { data: weights, shape }: NdArray,
  { axes, batch, group }: { axes: readonly WindowAxis[]; batch: number; group: number },
  row: Row,
): void {
  const taps = tapsOf(axes);
  const [smallChannels = 0, perGroup = 0] = shape;
  const smallPlane = elementCount(axes.map(({ output }) => output));
  const bigPlane = elementCount(axes.map(({ input }) => input));
  for (let n = 0; n < batch; n++)
    for (let m = 0; m < smallChannels; m++) {
      const first = Math.floor((m * group) / smallChannels) * perGroup;
      const s = (n * smallChannels + m) * smallPlane;
      for (let c = 0; c < perGroup; c++) {
        const g = (n * perGroup * group + first + c) * bigPlane;
        const w = (m * perGroup + c) * taps.length;
        for (const tap of taps) {
          const weight = weights[w + tap.index] as number;
          for (let r = 0; r < tap.output.length; r++)
            row(
              small,
              s + (tap.output[r] as number),
              big,
              g + (tap.input[r] as number),
              tap.step,
              tap.length,
              weight,
            );
        }
      }
    }
}
