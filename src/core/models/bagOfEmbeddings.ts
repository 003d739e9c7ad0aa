import type { Network } from '../network/network.ts';
import { linear } from './layers.ts';
import { modelBuilder } from './modelBuilder.ts';
import { meanOfWords, sentence } from './sentences.ts';

/**
 * The mean of a sentence's word embeddings, then a small classifier: `tokens` i32 `[batch, length]`
 * (0 pads) → `logits` `[batch, classes]`.
 *
 * @param hidden - units of the layer between; none when 0.
 */
export function bagOfEmbeddings(sizes: {
  readonly vocabulary?: number;
  readonly length?: number;
  readonly width?: number;
  readonly hidden?: number;
  readonly classes?: number;
  readonly seed: number;
}): Network {
  const { vocabulary = 4096, length = 32, width = 32, hidden = 0, classes = 2, seed } = sizes;
  const to = modelBuilder('bag-of-embeddings', seed);
  const { embedded, mask } = sentence(to, { vocabulary, length, width });
  let x = meanOfWords(to, embedded, mask);
  if (hidden > 0) x = to.node('Relu', [linear(to, x, 'hidden', width, hidden)]);
  const logits = linear(to, x, 'head', hidden > 0 ? hidden : width, classes);
  return to.finish(logits, 'logits', ['batch', classes]);
}
