import type { GraphBuilder } from '../graphBuilder.ts';
import { reduce } from '../gradients/reduce.ts';

/** Sum of the squares of all elements of all values: f32 `[]`. */
export function sumOfSquares(b: GraphBuilder, values: readonly string[]): string {
  return values
    .map((value) => squares(b, value))
    .reduce((left, right) => b.op('Add', [left, right]));
}

function squares(b: GraphBuilder, value: string): string {
  const axes = b.shape(value).map((_, axis) => axis);
  return axes.length === 0
    ? b.op('Mul', [value, value])
    : reduce(b, 'SumSquare', value, axes, false);
}

/**
 * All gradients times `min(1, limit / (norm + 1e-6))`, the norm being that of all together.
 *
 * Source: Pascanu et al., arXiv 1211.5063; PyTorch, torch.nn.utils.clip_grad_norm_.
 */
export function clipGradients(
  b: GraphBuilder,
  gradients: ReadonlyMap<string, string>,
  limit: number,
): ReadonlyMap<string, string> {
  if (gradients.size === 0) return gradients;
  const norm = b.op('Sqrt', [sumOfSquares(b, [...gradients.values()])]);
  const ratio = b.op('Div', [b.scalar(limit), b.op('Add', [norm, b.scalar(1e-6)])]);
  const factor = b.op('Min', [ratio, b.scalar(1)]);
  return new Map([...gradients].map(([name, each]) => [name, b.op('Mul', [each, factor])]));
}
