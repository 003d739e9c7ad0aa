import type { ContextRule, ElementKind } from '../kernels/tensorKernels.ts';
import { estimatedBits } from '../kernels/estimatedBits.ts';
import { contextsOf, topFor } from './exponentContext.ts';

/**
 * The contexts that should cost least for a whole chunk, by the entropy of a sample.
 *
 * The exponent of a 16-bit float has five bits or eight; nobody says which, so both are tried.
 *
 * @param keys - `[sample]`, words of the base; the high ones of elements of eight bytes.
 * @param symbols - `[sample]`.
 * @param elements - of the whole chunk.
 */
export function chooseRule(
  keys: Uint32Array,
  symbols: Uint8Array,
  kind: ElementKind,
  elements: number,
): ContextRule {
  if (symbols.length < 32) return noContexts;
  let best = noContexts;
  let least = Infinity;
  for (const rule of candidateRules(keys, kind)) {
    const bits = estimatedBits(symbols, contextsOf(keys, kind.float, rule), rule.count, elements);
    if (bits >= least) continue;
    least = bits;
    best = rule;
  }
  return best;
}

const noContexts: ContextRule = { shift: 0, top: 0, count: 1 };

/** The rules worth a try, the simplest first. */
export function candidateRules(keys: Uint32Array, kind: ElementKind): readonly ContextRule[] {
  const rules = [noContexts];
  for (const shift of shiftsFor(kind)) {
    const top = topFor(keys, kind.float, shift);
    if (top > 0) for (const count of [4, 16]) rules.push({ shift, top, count });
  }
  return rules;
}

function shiftsFor({ log, float }: ElementKind): readonly number[] {
  if (!float) return log === 0 ? [28] : [];
  // One byte: four or five bits of exponent; two: eight or five.
  return ([[27, 26], [23, 26], [23], [23]] as const)[log];
}
