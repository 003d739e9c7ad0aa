import type { GraphBuilder } from '../graphBuilder.ts';

/**
 * Adds a Reduce node in the form of the builder's operator set: ReduceSum has its axes as an input from
 * 13 on, the others from 18 on.
 *
 * @param name - `Sum`, `Mean`, `Max`, ….
 * @param axes - none leaves every number alone; to ONNX an empty list means all.
 */
export function reduce(
  b: GraphBuilder,
  name: string,
  value: string,
  axes: readonly number[],
  keep: boolean,
): string {
  if (axes.length === 0) return numberAlone[name]?.(b, value) ?? value;
  const keepdims = keep ? 1 : 0;
  return b.opset >= (name === 'Sum' ? 13 : 18)
    ? b.op(`Reduce${name}`, [value, b.ints(axes)], { keepdims })
    : b.op(`Reduce${name}`, [value], { axes, keepdims });
}

/** What becomes of a single number; the others leave it as it is. */
const numberAlone: Readonly<Partial<Record<string, (b: GraphBuilder, x: string) => string>>> = {
  L1: (b, x) => b.op('Abs', [x]),
  L2: (b, x) => b.op('Abs', [x]),
};
