import type { Network } from '../network/network.ts';
import { ints, literal } from '../network/literal.ts';
import { layerNorm, linear, project } from './layers.ts';
import { axes, modelBuilder, type ModelBuilder } from './modelBuilder.ts';
import { meanOfWords, sentence } from './sentences.ts';

/**
 * A transformer encoder for sentences: `tokens` i32 `[batch, length]` (0 pads) → `logits`
 * `[batch, classes]`. Learnt positions, normalisation before each part, mean over the words.
 *
 * Source: Vaswani et al., arXiv 1706.03762; Xiong et al., arXiv 2002.04745 (normalisation first).
 */
export function transformerEncoder(sizes: {
  readonly vocabulary?: number;
  readonly length?: number;
  readonly width?: number;
  readonly heads?: number;
  readonly layers?: number;
  readonly classes?: number;
  readonly seed: number;
}): Network {
  const { vocabulary = 4096, length = 32, width = 128, heads = 4, layers = 2, seed } = sizes;
  const { classes = 2 } = sizes;
  if (width % heads !== 0) throw new Error(`${heads} heads do not divide ${width} units`);
  const to = modelBuilder('transformer-encoder', seed);
  const { embedded, mask } = sentence(to, { vocabulary, length, width });
  const start = { is: 'normal', deviation: 0.02 } as const;
  let x = to.node('Add', [embedded, to.weight('positions', [length, width], start)]);
  const shared = sharedValues(to, mask, width, heads);
  for (let layer = 0; layer < layers; layer++) {
    const name = `layers.${layer}`;
    const attended = attention(to, layerNorm(to, x, `${name}.norm1`, width), name, width, shared);
    x = to.node('Add', [x, attended]);
    const wide = project(
      to,
      layerNorm(to, x, `${name}.norm2`, width),
      `${name}.up`,
      width,
      4 * width,
    );
    x = to.node('Add', [x, project(to, gelu(to, wide, shared), `${name}.down`, 4 * width, width)]);
  }
  const mean = meanOfWords(to, layerNorm(to, x, 'norm', width), mask);
  return to.finish(linear(to, mean, 'head', width, classes), 'logits', ['batch', classes]);
}

/** Constants that all layers read. */
interface SharedValues {
  /** Added to scores: 0 for words, very low for padding; `[batch, 1, 1, length]`. */
  readonly hidden: string;
  readonly split: string;
  readonly joined: string;
  readonly scale: string;
  readonly half: string;
  readonly one: string;
  readonly rootHalf: string;
}

function sharedValues(to: ModelBuilder, mask: string, width: number, heads: number): SharedValues {
  const number = (name: string, value: number): string =>
    to.constant(name, literal('f32', [], [value]));
  const one = number('unit', 1);
  const missing = to.node('Mul', [to.node('Sub', [mask, one]), number('far', 10_000)]);
  return {
    hidden: to.node('Unsqueeze', [missing, axes(to, 'score_axes', [1, 2])]),
    split: to.constant('split_shape', ints([0, 0, heads, width / heads])),
    joined: to.constant('joined_shape', ints([0, 0, width])),
    scale: number('score_scale', 1 / Math.sqrt(width / heads)),
    half: number('half', 0.5),
    one,
    rootHalf: number('root_half', Math.SQRT1_2),
  };
}

function attention(
  to: ModelBuilder,
  x: string,
  name: string,
  width: number,
  { hidden, split, joined, scale }: SharedValues,
): string {
  const part = (which: string, perm: readonly number[]): string => {
    const projected = project(to, x, `${name}.attention.${which}`, width, width);
    return to.node('Transpose', [to.node('Reshape', [projected, split])], { perm });
  };
  const query = part('query', [0, 2, 1, 3]);
  const key = part('key', [0, 2, 3, 1]);
  const value = part('value', [0, 2, 1, 3]);
  const scores = to.node('Mul', [to.node('MatMul', [query, key]), scale]);
  const shares = to.node('Softmax', [to.node('Add', [scores, hidden])], { axis: -1 });
  const mixed = to.node('Transpose', [to.node('MatMul', [shares, value])], { perm: [0, 2, 1, 3] });
  return project(to, to.node('Reshape', [mixed, joined]), `${name}.attention.output`, width, width);
}

/** x · Φ(x), exactly. Source: Hendrycks and Gimpel, arXiv 1606.08415. */
function gelu(to: ModelBuilder, x: string, { half, one, rootHalf }: SharedValues): string {
  const error = to.node('Erf', [to.node('Mul', [x, rootHalf])]);
  return to.node('Mul', [to.node('Mul', [x, half]), to.node('Add', [error, one])]);
}
