import type { Lowering } from './lowering.ts';

/** LSTM, GRU, RNN. */
export const recurrentLowerings: Readonly<Record<string, Lowering>> = {};
