import type { Network } from '../network/network.ts';
import { recurrentAudio, type RecurrentSizes } from './recurrentAudio.ts';

/** A GRU over a log-mel spectrogram: `input` f32 `[batch, mels, frames]` → `logits` `[batch, classes]`. */
export function gruAudio(sizes: RecurrentSizes): Network {
  return recurrentAudio('GRU', 3, sizes);
}
