import type { ShapeRule } from '../known.ts';

/** LSTM, GRU, RNN. */
export const recurrentShapeRules: Readonly<Record<string, ShapeRule>> = {};
