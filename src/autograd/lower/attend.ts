import { reshapeTo } from '../gradients/reshaping.ts';
import type { GraphBuilder } from '../graphBuilder.ts';

/** What attention has besides queries, keys and values, each [batch, heads, length, width]. */
export interface AttendOptions {
  readonly scale: number;
  /** Added to the scores: broadcasts to [batch, heads, queries, keys]. */
  readonly added: readonly string[];
  /** A query sees keys up to its own place only. */
  readonly causal: boolean;
}

/** What is added to the score of a key that is not seen; its share is then 0 in f32. */
const unseen = -1e9;

/** softmax(scale · Q·Kᵀ + added)·V. Source: Vaswani et al., Attention Is All You Need (2017). */
export function attend(
  b: GraphBuilder,
  [query, key, value]: readonly [string, string, string],
  { scale, added, causal }: AttendOptions,
): string {
  const turned = b.op('Transpose', [key], { perm: [0, 1, 3, 2] });
  const scaled = b.op('Mul', [query, b.scalar(scale)]);
  let scores = b.op('MatMul', [scaled, turned]);
  for (const each of added) scores = b.op('Add', [scores, each]);
  if (causal) {
    const [queries = 1, keys = 1] = b.shape(scores).slice(-2);
    const mask = Float32Array.from({ length: queries * keys }, (_, at) =>
      (at % keys) - Math.floor(at / keys) > keys - queries ? unseen : 0,
    );
    scores = b.op('Add', [scores, b.floats([queries, keys], mask)]);
  }
  return b.op('MatMul', [b.op('Softmax', [scores], { axis: -1 }), value]);
}

/** [batch, length, heads · width] → [batch, heads, length, width]. */
export function headsApart(b: GraphBuilder, value: string, heads: number): string {
  const [batch = 1, length = 1, width = 1] = b.shape(value);
  const apart = reshapeTo(b, value, [batch, length, heads, width / heads]);
  return b.op('Transpose', [apart], { perm: [0, 2, 1, 3] });
}

/** [batch, heads, length, width] → [batch, length, heads · width]. */
export function headsJoined(b: GraphBuilder, value: string): string {
  const [batch = 1, heads = 1, length = 1, width = 1] = b.shape(value);
  const turned = b.op('Transpose', [value], { perm: [0, 2, 1, 3] });
  return reshapeTo(b, turned, [batch, length, heads * width]);
}

/** From a mask [batch, keys] of ones and zeros what is added to scores: 0, or `hidden`. */
export function paddingScores(b: GraphBuilder, mask: string, hidden: number): string {
  const [batch = 1, keys = 1] = b.shape(mask);
  const real = b.op('Cast', [reshapeTo(b, mask, [batch, 1, 1, keys])], { to: 1 });
  return b.op('Mul', [b.op('Sub', [b.scalar(1), real]), b.scalar(hidden)]);
}
