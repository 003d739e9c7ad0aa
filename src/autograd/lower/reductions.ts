import type { Lowering } from './lowering.ts';

/** Reduce*, ArgMax, CumSum, TopK. */
export const reductionsLowerings: Readonly<Record<string, Lowering>> = {
  ReduceLogSum: ({ b, node }) => {
    const { axes, ...rest } = node.attributes;
    const [x = '', given = ''] = node.inputs;
    const listed = axes?.is === 'ints' ? b.ints(axes.value) : given;
    const sum = b.op('ReduceSum', listed === '' ? [x] : [x, listed], rest);
    return [b.op('Log', [sum])];
  },
};
