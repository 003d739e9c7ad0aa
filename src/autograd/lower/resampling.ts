import { floatsOf, textOf } from '../../core/network/attributes.ts';
import { isIdentity, type AxisMap } from '../evaluate/kernels/axisMaps.ts';
import type { GraphBuilder } from '../graphBuilder.ts';
import { blockMove } from '../shapes/blocks.ts';
import { padMaps, paddingOf, type Padding } from '../shapes/padding.ts';
import { isLegacyResize } from '../shapes/resizing.ts';
import type { Lowering } from './lowering.ts';
import { refuse } from '../unsupported.ts';

/** Upsample and Resize-10 as the Resize of today. */
const resize: Lowering = ({ b, node }) => {
  if (!isLegacyResize(node)) return undefined;
  const [x = '', given = ''] = node.inputs;
  const scales =
    given === '' ? floatsOf(node, 'scales') : Array.from(b.known(given).value?.data ?? []);
  if (scales === undefined || scales.length === 0)
    refuse(node, 'its scales are only known at run time');
  const smaller = scales.some((scale) => scale < 1);
  if (smaller && scales.some((scale) => scale > 1))
    refuse(node, 'it makes one axis longer and another one shorter');
  return [
    b.op('Resize', [x, '', b.floats([scales.length], scales)], {
      mode: textOf(node, 'mode', 'nearest'),
      coordinate_transformation_mode: 'asymmetric',
      nearest_mode: smaller ? 'ceil' : 'floor',
    }),
  ];
};

const blocks: Lowering = ({ b, node }) => {
  const [x = ''] = node.inputs;
  const { split, order, joined } = blockMove(node, b.shape(x));
  const apart = b.op('Reshape', [x, b.ints(split)]);
  const moved = b.op('Transpose', [apart], { perm: order });
  return [b.op('Reshape', [moved, b.ints(joined)])];
};

/** Crops apart from what is padded, `axes` spelt out, and `wrap`, which WebGPU has not, as a Gather. */
const pad: Lowering = ({ b, node }) => {
  const [x = '', pads = '', value = '', axes = ''] = node.inputs;
  const shape = b.shape(x);
  const of = (name: string) => (name === '' ? undefined : b.known(name).value?.data);
  const padding = paddingOf(node, shape.length, of(pads), of(axes));
  const mode = textOf(node, 'mode', 'constant');
  if (mode === 'wrap') return [wrapped(b, x, padMaps(node, shape, padding))];
  const crops = padding.some((both) => both.some((size) => size < 0));
  if (!crops && axes === '' && pads !== '') return undefined;
  const inner = crops ? cropped(b, x, padding) : x;
  const rest = [0, 1].flatMap((side) => padding.map((both) => Math.max(0, both[side] ?? 0)));
  if (rest.every((size) => size === 0)) return [inner];
  return [b.op('Pad', [inner, b.ints(rest), ...(value === '' ? [] : [value])], { mode })];
};

function wrapped(b: GraphBuilder, x: string, maps: readonly AxisMap[]): string {
  let made = x;
  for (const [axis, map] of maps.entries())
    if (!isIdentity(map)) made = b.op('Gather', [made, b.ints(map.from.flat())], { axis });
  return made;
}

function cropped(b: GraphBuilder, x: string, padding: Padding): string {
  const shape = b.shape(x);
  return b.op('Slice', [
    x,
    b.ints(padding.map(([begin]) => Math.max(0, -begin))),
    b.ints(padding.map(([, end], axis) => (shape[axis] ?? 0) - Math.max(0, -end))),
    b.ints([...shape.keys()]),
  ]);
}

/** Resize, Upsample, Pad, GridSample. */
export const resamplingLowerings: Readonly<Record<string, Lowering>> = {
  Resize: resize,
  Upsample: resize,
  DepthToSpace: blocks,
  SpaceToDepth: blocks,
  Pad: pad,
};
