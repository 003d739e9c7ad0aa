import { intOf } from '../../core/network/attributes.ts';
import { elementCount } from '../../core/dtype.ts';
import { axisOf, reducedAxes, reducedShape } from '../axes.ts';
import type { GraphBuilder } from '../graphBuilder.ts';
import type { GradientContext, GradientRule } from './gradientRule.ts';
import { reduce } from './reduce.ts';
import { masked, scalarLike, scaled, signOf } from './scalarLike.ts';

/** What the gradient of a reduction is made of; `g` and `y` have 1 along the reduced axes. */
interface ReductionContext {
  readonly b: GraphBuilder;
  readonly g: string;
  readonly x: string;
  readonly y: () => string;
  readonly axes: readonly number[];
  /** Elements that one result is made of. */
  readonly count: number;
  readonly number: (value: number) => string;
}

/** A rule from the gradient's factor: its result is repeated to the input's shape where it is smaller. */
function reduction(gradient: (context: ReductionContext) => string): GradientRule {
  return ({ b, node, grads: [g] }: GradientContext) => {
    const [x = '', given = ''] = node.inputs;
    const [y = ''] = node.outputs;
    if (g === undefined) return [];
    const shape = b.shape(x);
    const listed = given === '' ? undefined : b.known(given).value?.data;
    const axes = reducedAxes(node, shape.length, listed);
    const kept = reducedShape(shape, axes, true);
    const same = b.shape(g).length === kept.length;
    const whole = (value: string) => (same ? value : b.op('Reshape', [value, b.ints(kept)]));
    const made = gradient({
      b,
      g: whole(g),
      x,
      y: () => whole(y),
      axes,
      count: axes.reduce((product, axis) => product * (shape[axis] ?? 1), 1),
      number: (value) => scalarLike(b, x, value),
    });
    return [expanded(b, made, shape)];
  };
}

function expanded(b: GraphBuilder, value: string, shape: readonly number[]): string {
  if (b.shape(value).join() === shape.join()) return value;
  if (elementCount(b.shape(value)) === elementCount(shape))
    return b.op('Reshape', [value, b.ints(shape)]);
  return b.op('Expand', [value, b.ints(shape)]);
}

/** A mask as 0 and 1 in the dtype of `like`. */
function counted(b: GraphBuilder, mask: string, like: string): string {
  return b.op('Cast', [mask], { to: b.dtype(like) === 'f64' ? 11 : 1 });
}

/** Equal extremes share the gradient evenly, as torch.amax does. */
const extreme = reduction(({ b, g, x, y, axes, count }) => {
  if (count === 1) return g;
  const mask = b.op('Equal', [x, y()]);
  const ties = reduce(b, 'Sum', counted(b, mask, x), axes, true);
  return masked(b, mask, b.op('Div', [g, ties]));
});

/** By each factor the product of the others: right also where one or more factors are 0. */
const prod = reduction(({ b, g, x, axes, number }) => {
  const zero = b.op('Equal', [x, number(0)]);
  const safe = b.op('Where', [zero, number(1), x]);
  const zeros = reduce(b, 'Sum', counted(b, zero, x), axes, true);
  const others = b.op('Mul', [g, reduce(b, 'Prod', safe, axes, true)]);
  const alone = masked(b, b.op('Equal', [zeros, number(1)]), others);
  const none = masked(b, b.op('Equal', [zeros, number(0)]), others);
  return b.op('Where', [zero, alone, b.op('Div', [none, safe])]);
});

/** The gradient of the sorted values goes back to where they came from. */
const topK: GradientRule = ({ b, node, grads: [g] }) => {
  const [x = ''] = node.inputs;
  const [, indices = ''] = node.outputs;
  if (g === undefined) return [];
  const shape = b.shape(x);
  const zeros = b.op('Expand', [scalarLike(b, x, 0), b.ints(shape)]);
  const axis = axisOf(intOf(node, 'axis', -1), shape.length, node);
  return [b.op('ScatterElements', [zeros, indices, g], { axis })];
};

const flat: GradientRule = () => [];

/** Reduce*, ArgMax, CumSum, TopK. */
export const reductionsGradients: Readonly<Record<string, GradientRule>> = {
  ReduceSum: reduction(({ g }) => g),
  ReduceMean: reduction(({ b, g, count }) => scaled(b, g, 1 / count)),
  ReduceMax: extreme,
  ReduceMin: extreme,
  ReduceProd: prod,
  ReduceL1: reduction(({ b, g, x }) => b.op('Mul', [signOf(b, x), g])),
  // 0 where all elements are 0.
  ReduceL2: reduction(({ b, g, x, y, number }) => {
    const norm = y();
    const safe = b.op('Where', [b.op('Greater', [norm, number(0)]), norm, number(1)]);
    return b.op('Mul', [x, b.op('Div', [g, safe])]);
  }),
  ReduceSumSquare: reduction(({ b, g, x }) => b.op('Mul', [x, scaled(b, g, 2)])),
  ReduceLogSumExp: reduction(({ b, g, x, y }) =>
    b.op('Mul', [g, b.op('Exp', [b.op('Sub', [x, y()])])]),
  ),
  ArgMax: flat,
  ArgMin: flat,
  CumSum: ({ b, node, grads: [g] }) => {
    const [, axis = ''] = node.inputs;
    if (g === undefined) return [];
    return [
      b.op('CumSum', [g, axis], {
        exclusive: intOf(node, 'exclusive', 0),
        reverse: 1 - intOf(node, 'reverse', 0),
      }),
    ];
  },
  TopK: topK,
};
