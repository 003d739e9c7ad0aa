import { attribute } from '../network/attributes.ts';
import type { Network } from '../network/network.ts';
import { linear } from './layers.ts';
import { axes, modelBuilder } from './modelBuilder.ts';

export interface RecurrentSizes {
  readonly mels?: number;
  readonly frames?: number;
  readonly hidden?: number;
  readonly classes?: number;
  readonly seed: number;
}

/**
 * A recurrent network over a spectrogram, read out at the last frame: `input` f32
 * `[batch, mels, frames]` → `logits` `[batch, classes]`.
 *
 * Source of the start, evenly within 1 / √hidden: torch.nn.LSTM, torch.nn.GRU.
 *
 * @param op - ONNX's operator, with `gates` rows of weights for each hidden unit.
 */
export function recurrentAudio(
  op: 'GRU' | 'LSTM',
  gates: number,
  { mels = 40, frames = 32, hidden = 64, classes = 10, seed }: RecurrentSizes,
): Network {
  const to = modelBuilder(`${op.toLowerCase()}-audio`, seed);
  const input = to.input('input', 'f32', ['batch', mels, frames]);
  const series = to.node('Transpose', [input], { perm: [2, 0, 1] });
  const start = { is: 'uniform', bound: 1 / Math.sqrt(hidden) } as const;
  const rows = gates * hidden;
  const weights = [
    to.weight('rnn.weight', [1, rows, mels], start),
    to.weight('rnn.recurrent', [1, rows, hidden], start),
    to.weight('rnn.bias', [1, 2 * rows], start),
  ];
  to.nodeTo(op, [series, ...weights], ['', 'rnn_last'], {
    hidden_size: attribute(hidden),
    // As PyTorch computes it, and as cuDNN does.
    ...(op === 'GRU' ? { linear_before_reset: attribute(1) } : {}),
  });
  const last = to.node('Squeeze', ['rnn_last', axes(to, 'direction_axis', [0])]);
  return to.finish(linear(to, last, 'head', hidden, classes), 'logits', ['batch', classes]);
}
