import { exponential } from '../elementary.ts';
import { upTo, type Draws, type Stored } from './form.ts';

/** Louder or quieter by up to `decibels` (of amplitude: 20 is ten times); cut at −1 and 1. */
export function gain(values: Stored, decibels: number, draws: Draws): void {
  const sign = draws.random.below(2) === 1 ? 1 : -1;
  const factor = exponential((sign * upTo(decibels, draws) * Math.LN10) / 20);
  for (let i = 0; i < values.length; i++)
    values[i] = Math.min(1, Math.max(-1, (values[i] as number) * factor));
}

/** Earlier or later by up to `samples`, with silence where nothing was. */
export function timeShift(values: Stored, samples: number, draws: Draws): void {
  const { random, full } = draws;
  const most = Math.min(Math.floor(samples), values.length);
  const sign = random.below(2) === 1 ? 1 : -1;
  const by = sign * (full ? most : random.below(most + 1));
  if (by > 0) {
    values.copyWithin(by, 0);
    values.fill(0, 0, by);
  } else if (by < 0) {
    values.copyWithin(0, -by);
    values.fill(0, values.length + by);
  }
}
