import { intOf, intsOf } from '../../core/network/attributes.ts';
import type { OpNode } from '../../core/network/network.ts';
import type { Known, ShapeRule } from '../known.ts';
import { windowAxes, type WindowAxis } from './windows.ts';
import { refuse } from '../unsupported.ts';

const windows: ShapeRule = ([x], node) => {
  const shape = pooledShape(node, x?.shape ?? []);
  const dtype = x?.dtype ?? 'f32';
  return [{ dtype, shape }, ...node.outputs.slice(1).map(() => ({ dtype: 'i64', shape }) as const)];
};

const global: ShapeRule = ([x], node) => {
  const { dtype, shape } = image(x, node);
  return [{ dtype, shape: shape.map((extent, axis) => (axis < 2 ? extent : 1)) }];
};

/** MaxPool, AveragePool and their global forms. */
export const poolingShapeRules: Readonly<Record<string, ShapeRule>> = {
  MaxPool: windows,
  AveragePool: windows,
  LpPool: windows,
  GlobalAveragePool: global,
  GlobalMaxPool: global,
  GlobalLpPool: global,
};

/** The windows of a pooling node over data of `shape`. @throws LineageError `network-unsupported`. */
export function poolingAxes(node: OpNode, shape: readonly number[]): readonly WindowAxis[] {
  if (shape.length < 3 || shape.length > 5) refuse(node, `data of ${shape.length} axes`);
  const kernel = intsOf(node, 'kernel_shape');
  if (kernel === undefined) refuse(node, 'it has no kernel_shape');
  return windowAxes(node, shape.slice(2), kernel, intOf(node, 'ceil_mode', 0) === 1);
}

function pooledShape(node: OpNode, shape: readonly number[]): readonly number[] {
  const axes = poolingAxes(node, shape);
  return [...shape.slice(0, 2), ...axes.map(({ output }) => output)];
}

function image(x: Known | undefined, node: OpNode): Known {
  if (x === undefined || x.shape.length < 3) refuse(node, `data of ${x?.shape.length ?? 0} axes`);
  return x;
}
