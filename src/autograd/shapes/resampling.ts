import { intOf } from '../../core/network/attributes.ts';
import type { AxisMap } from '../evaluate/kernels/axisMaps.ts';
import type { OpNode } from '../../core/network/network.ts';
import type { Known, ShapeRule } from '../known.ts';
import { padMaps, paddingOf } from './padding.ts';
import { isLegacyResize, resizeMaps } from './resizing.ts';
import { refuse } from '../unsupported.ts';

const mapped =
  (maps: (inputs: readonly (Known | undefined)[], node: OpNode) => readonly AxisMap[]): ShapeRule =>
  (inputs, node) => [
    { dtype: inputs[0]?.dtype ?? 'f32', shape: maps(inputs, node).map(({ output }) => output) },
  ];

/** Resize, Upsample, Pad, GridSample. */
export const resamplingShapeRules: Readonly<Record<string, ShapeRule>> = {
  Resize: mapped(resizeMapsOf),
  Upsample: mapped(resizeMapsOf),
  Pad: mapped(padMapsOf),
  DepthToSpace: ([x], node) => {
    const [batch = 0, channels = 0, height = 0, width = 0] = image(x, node);
    const size = intOf(node, 'blocksize', 1);
    return [
      {
        dtype: x?.dtype ?? 'f32',
        shape: [batch, channels / size ** 2, height * size, width * size],
      },
    ];
  },
  SpaceToDepth: ([x], node) => {
    const [batch = 0, channels = 0, height = 0, width = 0] = image(x, node);
    const size = intOf(node, 'blocksize', 1);
    return [
      {
        dtype: x?.dtype ?? 'f32',
        shape: [batch, channels * size ** 2, height / size, width / size],
      },
    ];
  },
};

/** @throws LineageError `network-unsupported` where scales or sizes are only known at run time. */
export function resizeMapsOf(
  inputs: readonly (Known | undefined)[],
  node: OpNode,
): readonly AxisMap[] {
  const [x] = inputs;
  if (x === undefined) refuse(node, 'it lacks its data');
  for (const other of inputs.slice(1))
    if (other !== undefined && other.value === undefined)
      refuse(node, 'its scales or sizes are only known at run time');
  const values = inputs.map((input) => input?.value?.data);
  if (isLegacyResize(node)) return resizeMaps(node, x.shape, { scales: values[1] });
  return resizeMaps(node, x.shape, { roi: values[1], scales: values[2], sizes: values[3] });
}

/** @throws LineageError `network-unsupported` where the pads are only known at run time. */
export function padMapsOf(
  inputs: readonly (Known | undefined)[],
  node: OpNode,
): readonly AxisMap[] {
  const [x, pads, , axes] = inputs;
  if (x === undefined) refuse(node, 'it lacks its data');
  const padding = paddingOf(node, x.shape.length, pads?.value?.data, axes?.value?.data);
  return padMaps(node, x.shape, padding);
}

function image(x: Known | undefined, node: OpNode): readonly number[] {
  if (x?.shape.length !== 4) refuse(node, `data of ${x?.shape.length ?? 0} axes`);
  return x.shape;
}
