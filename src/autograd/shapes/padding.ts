import { intsOf, textOf } from '../../core/network/attributes.ts';
import type { OpNode } from '../../core/network/network.ts';
import { picking, type AxisMap } from '../evaluate/kernels/axisMaps.ts';
import { refuse } from '../unsupported.ts';

/** Padding before and after each axis; negative where it crops. */
export type Padding = readonly (readonly [begin: number, end: number])[];

/**
 * The padding of a Pad node.
 *
 * @param pads - its second input; before operator set 11 an attribute.
 * @param axes - its fourth input; all axes where left out.
 */
export function paddingOf(
  node: OpNode,
  rank: number,
  pads: ArrayLike<number> | undefined,
  axes: ArrayLike<number> | undefined,
): Padding {
  const given = pads ?? intsOf(node, 'pads') ?? intsOf(node, 'paddings');
  if (given === undefined) refuse(node, 'its pads are only known at run time');
  const of =
    axes === undefined
      ? Array.from({ length: rank }, (_, axis) => axis)
      : Array.from(axes, (axis) => (axis + rank) % rank);
  if (given.length !== 2 * of.length) refuse(node, `${given.length} pads for ${of.length} axes`);
  return Array.from({ length: rank }, (_, axis) => {
    const at = of.indexOf(axis);
    return at < 0 ? [0, 0] : [given[at] ?? 0, given[at + of.length] ?? 0];
  });
}

/** How Pad maps each axis: cropped first, then padded by its mode. Source: ONNX operator Pad. */
export function padMaps(
  node: OpNode,
  shape: readonly number[],
  padding: Padding,
): readonly AxisMap[] {
  const mode = textOf(node, 'mode', 'constant');
  return shape.map((input, axis) => {
    const [begin, end] = padding[axis] ?? [0, 0];
    const low = Math.max(0, -begin);
    const extent = input - low - Math.max(0, -end);
    const output = input + begin + end;
    if (extent < 0 || output < 0 || (extent === 0 && output > 0 && mode !== 'constant'))
      refuse(node, `pads of ${begin} and ${end} for ${input} elements`);
    const picks = Array.from({ length: output }, (_, at) => {
      const within = source(node, mode, at - Math.max(0, begin), extent);
      return within === undefined ? undefined : low + within;
    });
    return picking(input, picks);
  });
}

function source(node: OpNode, mode: string, at: number, extent: number): number | undefined {
  if (at >= 0 && at < extent) return at;
  switch (mode) {
    case 'constant':
      return undefined;
    case 'edge':
      return at < 0 ? 0 : extent - 1;
    case 'wrap':
      return ((at % extent) + extent) % extent;
    case 'reflect': {
      if (extent === 1) return 0;
      const period = 2 * (extent - 1);
      const turned = ((at % period) + period) % period;
      return Math.min(turned, period - turned);
    }
    default:
      return refuse(node, `the mode ${mode} is not known here`);
  }
}
