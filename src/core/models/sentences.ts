import { literal } from '../network/literal.ts';
import { axes, type ModelBuilder } from './modelBuilder.ts';

/** Token ids with their embeddings and which of them are words. */
export interface Sentence {
  /** f32 `[batch, length, width]`. */
  readonly embedded: string;
  /** f32 `[batch, length]`: 1 for a word, 0 for padding. */
  readonly mask: string;
}

/** Adds `tokens` i32 `[batch, length]`, 0 padding, and looks up their embeddings. */
export function sentence(
  to: ModelBuilder,
  { vocabulary, length, width }: Readonly<Record<'vocabulary' | 'length' | 'width', number>>,
): Sentence {
  const tokens = to.input('tokens', 'i32', ['batch', length]);
  const table = to.weight('embedding.weight', [vocabulary, width], { is: 'normal', deviation: 1 });
  const zero = to.constant('padding', literal('i32', [], [0]));
  const mask = to.node('Cast', [to.node('Greater', [tokens, zero])], { to: 1 });
  return { embedded: to.node('Gather', [table, tokens], { axis: 0 }), mask };
}

/** The mean of the words' vectors, padding left out: `[batch, length, width]` → `[batch, width]`. */
export function meanOfWords(to: ModelBuilder, x: string, mask: string): string {
  const last = axes(to, 'mask_axes', [2]);
  const places = axes(to, 'place_axes', [1]);
  const masked = to.node('Mul', [x, to.node('Unsqueeze', [mask, last])]);
  const sum = to.node('ReduceSum', [masked, places], { keepdims: 0 });
  const count = to.node('ReduceSum', [mask, places], { keepdims: 1 });
  // A sentence without words has the mean 0.
  const atLeastOne = to.node('Max', [count, to.constant('one', literal('f32', [], [1]))]);
  return to.node('Div', [sum, atLeastOne]);
}
