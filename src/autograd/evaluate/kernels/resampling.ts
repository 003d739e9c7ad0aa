import { floatOf, textOf } from '../../../core/network/attributes.ts';
import type { OpNode } from '../../../core/network/network.ts';
import { blockMove } from '../../shapes/blocks.ts';
import { padMapsOf, resizeMapsOf } from '../../shapes/resampling.ts';
import { ndArray, stridesOf, type Kernel, type NdArray } from '../ndArray.ts';
import { resampled } from './axisMaps.ts';
import { refuse } from '../../unsupported.ts';

const resize: Kernel = (inputs, node) => {
  const maps = resizeMapsOf(inputs.map(known), node);
  const cropping = textOf(node, 'coordinate_transformation_mode', '') === 'tf_crop_and_resize';
  const fill = cropping ? floatOf(node, 'extrapolation_value', 0) : 0;
  return [resampled(given(inputs, node), maps, fill)];
};

const blocks: Kernel = (inputs, node) => {
  const x = given(inputs, node);
  const { split, order, joined } = blockMove(node, x.shape);
  const strides = stridesOf(split);
  const shape = order.map((axis) => split[axis] ?? 1);
  const steps = order.map((axis) => strides[axis] ?? 0);
  const sizes = stridesOf(shape);
  const data = Float64Array.from(x.data, (_, at) => {
    const from = steps.reduce(
      (sum, step, axis) => sum + (Math.floor(at / (sizes[axis] ?? 1)) % (shape[axis] ?? 1)) * step,
      0,
    );
    return x.data[from] as number;
  });
  return [ndArray(x.dtype, joined, data)];
};

/** Resize, Upsample, Pad, GridSample. */
export const resamplingKernels: Readonly<Record<string, Kernel>> = {
  Resize: resize,
  Upsample: resize,
  Pad: (inputs, node) => {
    const maps = padMapsOf(inputs.map(known), node);
    const fill = inputs[2]?.data[0] ?? floatOf(node, 'value', 0);
    return [resampled(given(inputs, node), maps, fill)];
  },
  DepthToSpace: blocks,
  SpaceToDepth: blocks,
};

function given([x]: readonly (NdArray | undefined)[], node: OpNode): NdArray {
  return x ?? refuse(node, 'it lacks its data');
}

function known(value: NdArray | undefined) {
  return value && { dtype: value.dtype, shape: value.shape, value };
}
