import { detectMasked } from './detectMasked.ts';
import { detectQuantised } from './detectQuantised.ts';
import { detectScaled } from './detectScaled.ts';
import type { Hypothesis, Window } from './window.ts';

/** Most hypotheses that are worth an encoder's time. */
const mostHypotheses = 3;

/**
 * How a chunk may follow from windows of as many elements at its place, best first: samples are
 * looked at, and all elements only where those fit.
 */
export function detectBeside(child: Window, beside: readonly Window[]): Hypothesis[] {
  const found = beside.flatMap((base, place) => [
    ...detectMasked(child, base, place),
    ...detectQuantised(child, base, place),
    ...detectScaled(child, base, place),
  ]);
  return found.sort((a, b) => a.share - b.share).slice(0, mostHypotheses);
}
