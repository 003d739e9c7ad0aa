import type { Network } from '../network/network.ts';
import { recurrentAudio, type RecurrentSizes } from './recurrentAudio.ts';

/** An LSTM over a log-mel spectrogram: `input` f32 `[batch, mels, frames]` → `logits` `[batch, classes]`. */
export function lstmAudio(sizes: RecurrentSizes): Network {
  return recurrentAudio('LSTM', 4, sizes);
}
