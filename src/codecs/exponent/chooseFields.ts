import { wordsAsNumbers } from '../kernels/wordsAsNumbers.ts';
import type {
  ElementKind,
  FieldRule,
  FieldSurvey,
  TensorKernels,
} from '../kernels/tensorKernels.ts';

/** Elements looked at to choose. */
const sampleElements = 4096;

/** Up to here every cut is tried on all elements. */
const fewElements = 1024;

/**
 * Where the symbols of a chunk may best be cut off: below the exponent, or some bits of the mantissa
 * lower, with the sign or without. One rule, by the entropy of a sample, or several to try for few
 * elements; none where no cut leaves at most 256 symbols.
 */
export function chooseFields(
  kernels: TensorKernels,
  kind: ElementKind,
  elements: number,
): readonly FieldRule[] {
  const rules = fitting(kernels.surveyFields(), kind);
  if (elements <= fewElements || rules.length < 2) return rules;
  const sample = wordsAsNumbers(kernels.chunkBytes(), kind.log, sampleElements);
  let best: FieldRule | undefined;
  let least = Infinity;
  for (const rule of rules) {
    const counts = new Uint32Array(256);
    for (const symbol of symbolsOf(sample, rule, kind.log))
      counts[symbol] = (counts[symbol] as number) + 1;
    const bits = bitsOf(counts, rule, sample.high.length, elements);
    if (bits >= least) continue;
    least = bits;
    best = rule;
  }
  return best === undefined ? [] : [best];
}

/** The cuts that leave at most 256 symbols. */
function fitting(survey: FieldSurvey, { log }: ElementKind): FieldRule[] {
  const lowest = survey.any === 0n ? 63 : lowZeros(survey.any);
  const rules: FieldRule[] = [];
  for (const cut of cuts[log])
    for (const signed of log === 0 ? [true] : [false, true]) {
      const none = survey.most < survey.least;
      const least = none ? 0 : Number(survey.least >> BigInt(cut));
      const most = none ? 0 : Number(survey.most >> BigInt(cut));
      // Zeros that are next to the other symbols anyway, or that have no field to save.
      const zeros = survey.zeros && log > 0;
      const span = (most - least + 1) * (signed ? 2 : 1) + (zeros ? 1 : 0);
      if (span <= 256) rules.push({ cut, shift: Math.min(lowest, cut), least, zeros, signed });
    }
  if (log !== 0) return rules;
  // Bytes are symbols whole; +0 is one like the others.
  return [{ cut: 24, shift: 24, least: 0, zeros: false, signed: true }];
}

/** f16 has its exponent from bit 26 on, bf16 and f32 from 23, f64 from 52. */
const cuts = [[24], [26, 25, 24, 23, 22, 21], [23, 22, 21, 20], [52, 51, 50, 49]] as const;

function lowZeros(any: bigint): number {
  let zeros = 0;
  while (((any >> BigInt(zeros)) & 1n) === 0n) zeros++;
  return zeros;
}

/** Bits of all elements, from how often each symbol is in a sample. */
function bitsOf(counts: Uint32Array, rule: FieldRule, sampled: number, elements: number): number {
  let symbols = sampled * Math.log2(sampled);
  let [used, first, last] = [0, 255, 0];
  for (let symbol = 0; symbol < 256; symbol++) {
    const n = counts[symbol] as number;
    if (n === 0) continue;
    symbols -= n * Math.log2(n);
    used++;
    if (symbol < first) first = symbol;
    last = symbol;
  }
  const fields = rule.zeros ? 1 - (counts[0] as number) / sampled : 1;
  const width = rule.cut - rule.shift + (rule.signed ? 0 : 1);
  const flattery = elements > sampled ? used / (2 * Math.LN2) : 0;
  // A rare symbol has a 4096th at least, which the others miss; a long row has all of the range.
  const rare = -Math.log2(1 - (last - first + 1 - used) / 4096);
  const each = (symbols + flattery) / sampled + width * fields + rare;
  return each * elements + (used / 2) * Math.log2(elements);
}

/** Symbols of some elements, as the kernels would take them. */
export function symbolsOf(
  { high, low }: { readonly high: Uint32Array; readonly low: Uint32Array },
  { cut, least, zeros, signed }: FieldRule,
  log: ElementKind['log'],
): Uint8Array {
  const down = log === 3 ? cut - 32 : cut;
  const symbols = new Uint8Array(high.length);
  const [factor, first] = [signed ? 2 : 1, zeros ? 1 : 0];
  for (let i = 0; i < high.length; i++) {
    const word = high[i] as number;
    if (zeros && word === 0 && low[i] === 0) continue;
    const head = ((word & 0x7fffffff) >>> down) - least;
    symbols[i] = factor * head + (signed ? word >>> 31 : 0) + first;
  }
  return symbols;
}
