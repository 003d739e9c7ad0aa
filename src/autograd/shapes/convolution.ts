import { intOf } from '../../core/network/attributes.ts';
import type { OpNode } from '../../core/network/network.ts';
import type { Known, ShapeRule, ValueType } from '../known.ts';
import { transposedAxes, windowAxes } from './windows.ts';
import { refuse } from '../unsupported.ts';

/** Conv and ConvTranspose. */
export const convolutionShapeRules: Readonly<Record<string, ShapeRule>> = {
  Conv: (inputs, node) => {
    const { dtype, x, w, group } = given(inputs, node);
    if (x[1] !== (w[1] ?? 0) * group || (w[0] ?? 0) % group !== 0)
      refuse(node, `a weight [${w.join(', ')}] in ${group} groups for data [${x.join(', ')}]`);
    const axes = windowAxes(node, x.slice(2), w.slice(2));
    return [{ dtype, shape: [x[0] ?? 0, w[0] ?? 0, ...axes.map(({ output }) => output)] }];
  },
  ConvTranspose: (inputs, node) => {
    const { dtype, x, w, group } = given(inputs, node);
    if (x[1] !== w[0] || (w[0] ?? 0) % group !== 0)
      refuse(node, `a weight [${w.join(', ')}] in ${group} groups for data [${x.join(', ')}]`);
    const axes = transposedAxes(node, x.slice(2), w.slice(2));
    const channels = (w[1] ?? 0) * group;
    return [{ dtype, shape: [x[0] ?? 0, channels, ...axes.map(({ input }) => input)] }];
  },
};

function given(
  [x, w]: readonly (Known | undefined)[],
  node: OpNode,
): { dtype: ValueType['dtype']; x: readonly number[]; w: readonly number[]; group: number } {
  if (x === undefined || w === undefined) refuse(node, 'it lacks its data or its weight');
  if (x.shape.length < 3 || x.shape.length > 5 || w.shape.length !== x.shape.length)
    refuse(node, `data of ${x.shape.length} and a weight of ${w.shape.length} axes`);
  return { dtype: x.dtype, x: x.shape, w: w.shape, group: intOf(node, 'group', 1) };
}
