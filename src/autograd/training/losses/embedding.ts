import { LineageError } from '../../../core/lineageError.ts';
import type { GraphBuilder } from '../../graphBuilder.ts';
import { reduce } from '../../gradients/reduce.ts';
import { total } from '../total.ts';
import { spread, type LossInputs, type LossNodes } from './lossNodes.ts';

/** Norms below this count as this. Source: PyTorch, torch.nn.CosineSimilarity. */
const smallestNorm = 1e-8;

/** Added to each difference before its norm. Source: PyTorch, torch.nn.functional.pairwise_distance. */
const offset = 1e-6;

/**
 * `1 − x·t / (|x|·|t|)` over the last axis, mean over the others of an example. Derivative by x:
 * `(x̂·cos − t̂) / |x|` with x̂ = x/|x|.
 */
export function cosineDistance({ b, output, target, weights }: LossInputs): LossNodes {
  const shape = b.shape(output);
  const rank = shape.length;
  const rows = shape.slice(1, -1).reduce((product, extent) => product * extent, 1);
  const spreadWeights = spread(b, weights, rank);
  const share = rows === 1 ? spreadWeights : b.op('Mul', [spreadWeights, b.scalar(1 / rows)]);
  const norm = normOf(b, output);
  const x = b.op('Div', [output, norm]);
  const t = b.op('Div', [target, normOf(b, target)]);
  const cosine = reduce(b, 'Sum', b.op('Mul', [x, t]), [rank - 1], true);
  const slope = b.op('Sub', [b.op('Mul', [x, cosine]), t]);
  return {
    loss: total(b, b.op('Mul', [b.op('Sub', [b.scalar(1), cosine]), share])),
    gradient: b.op('Mul', [slope, b.op('Div', [share, norm])]),
  };
}

/**
 * `max(|a − p| − |a − n| + margin, 0)` for rows of the batch in threes: anchor a, positive p, negative
 * n; weights `[batch / 3]`. Source: PyTorch, torch.nn.TripletMarginLoss.
 *
 * @throws LineageError `data-unfit` if the batch is not a multiple of three.
 */
export function triplet({ b, output, weights }: LossInputs, margin: number): LossNodes {
  const [batch = 0, ...rest] = b.shape(output);
  const features = rest.reduce((product, extent) => product * extent, 1);
  if (batch % 3 !== 0)
    throw new LineageError('data-unfit', {
      reason: `the triplet loss takes examples in threes, and a batch has ${batch}: choose a multiple of 3`,
    });
  const threes = b.op('Reshape', [output, b.ints([batch / 3, 3, features])]);
  const [anchor = '', positive = '', negative = ''] = [0, 1, 2].map((at) =>
    b.op('Slice', [threes, b.ints([at]), b.ints([at + 1]), b.ints([1])]),
  );
  const near = distance(b, anchor, positive);
  const far = distance(b, anchor, negative);
  const excess = b.op('Relu', [
    b.op('Add', [b.op('Sub', [near.length, far.length]), b.scalar(margin)]),
  ]);
  const share = spread(b, weights, 3);
  const active = b.op('Mul', [
    b.op('Cast', [b.op('Greater', [excess, b.scalar(0)])], { to: 1 }),
    share,
  ]);
  const pull = b.op('Mul', [b.op('Div', [near.difference, near.length]), active]);
  const push = b.op('Mul', [b.op('Div', [far.difference, far.length]), active]);
  const joined = b.op('Concat', [b.op('Sub', [pull, push]), b.op('Neg', [pull]), push], {
    axis: 1,
  });
  return {
    loss: total(b, b.op('Mul', [excess, share])),
    gradient: b.op('Reshape', [joined, b.ints([batch, ...rest])]),
  };
}

function normOf(b: GraphBuilder, value: string): string {
  const squares = reduce(b, 'SumSquare', value, [b.shape(value).length - 1], true);
  return b.op('Max', [b.op('Sqrt', [squares]), b.scalar(smallestNorm)]);
}

function distance(b: GraphBuilder, from: string, to: string) {
  const difference = b.op('Add', [b.op('Sub', [from, to]), b.scalar(offset)]);
  return {
    difference,
    length: b.op('Sqrt', [reduce(b, 'SumSquare', difference, [2], true)]),
  };
}
