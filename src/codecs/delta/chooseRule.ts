import type { ContextRule, ElementKind } from '../kernels/tensorKernels.ts';
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
    const bits = cost(symbols, contextsOf(keys, kind.float, rule), rule.count, elements);
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

/** Bits of the whole chunk with ideal codes, and what learning each used frequency costs. */
function cost(symbols: Uint8Array, contexts: Uint8Array, count: number, elements: number): number {
  const counts = new Uint32Array(count * 256);
  const totals = new Uint32Array(count);
  for (let i = 0; i < symbols.length; i++) {
    const context = contexts[i] as number;
    const k = (context << 8) | (symbols[i] as number);
    counts[k] = (counts[k] as number) + 1;
    totals[context] = (totals[context] as number) + 1;
  }
  let bits = 0;
  let used = 0;
  for (const n of counts)
    if (n > 0) {
      bits -= n * Math.log2(n);
      used++;
    }
  for (const n of totals) if (n > 0) bits += n * Math.log2(n);
  // A sample's own frequencies flatter it, by half a nat for each (Miller 1955); of the whole, each
  // costs half the logarithm of its length (Rissanen 1984).
  const scale = elements / symbols.length;
  const flattery = scale > 1 ? used / (2 * Math.LN2) : 0;
  return (bits + flattery) * scale + (used / 2) * Math.log2(elements);
}
