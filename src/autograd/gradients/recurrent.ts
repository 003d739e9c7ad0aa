import type { GradientRule } from './gradientRule.ts';

/** LSTM, GRU, RNN. */
export const recurrentGradients: Readonly<Record<string, GradientRule>> = {};
