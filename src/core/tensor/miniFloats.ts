import type { Dtype } from '../dtype.ts';

/** A binary float format of at most 16 bits. */
interface FloatFormat {
  readonly exponentBits: number;
  readonly mantissaBits: number;
  readonly bias: number;
  /**
   * What the codes at the end are: `ieee`, the largest exponent is infinity and NaN; `fn`, only all
   * ones is NaN; `fnuz`, only minus zero is NaN; `finite`, all are numbers.
   */
  readonly specials: 'ieee' | 'fn' | 'fnuz' | 'finite';
}

/**
 * Source: IEEE 754-2019 (f16); OCP 8-bit Floating Point Specification 1.0 (E4M3, E5M2); OCP
 * Microscaling Formats 1.0 (E2M3, E3M2, E2M1); Noune et al., arXiv 2206.02915, as in ONNX (FNUZ).
 */
const formats = {
  f16: { exponentBits: 5, mantissaBits: 10, bias: 15, specials: 'ieee' },
  f8e4m3fn: { exponentBits: 4, mantissaBits: 3, bias: 7, specials: 'fn' },
  f8e4m3fnuz: { exponentBits: 4, mantissaBits: 3, bias: 8, specials: 'fnuz' },
  f8e5m2: { exponentBits: 5, mantissaBits: 2, bias: 15, specials: 'ieee' },
  f8e5m2fnuz: { exponentBits: 5, mantissaBits: 2, bias: 16, specials: 'fnuz' },
  f6e2m3: { exponentBits: 2, mantissaBits: 3, bias: 1, specials: 'finite' },
  f6e3m2: { exponentBits: 3, mantissaBits: 2, bias: 3, specials: 'finite' },
  f4e2m1: { exponentBits: 2, mantissaBits: 1, bias: 1, specials: 'finite' },
} as const satisfies Partial<Record<Dtype, FloatFormat>>;

/** Float types whose values come from a table. */
export type TabledFloat = keyof typeof formats | 'f8e8m0';

const tables = new Map<TabledFloat, Float64Array>();

/** The value of every code of a small float type, made once: `[2^bits]`. Not to be written to. */
export function floatTable(dtype: TabledFloat): Float64Array {
  const known = tables.get(dtype);
  if (known !== undefined) return known;
  const table = dtype === 'f8e8m0' ? scaleTable() : makeTable(formats[dtype]);
  tables.set(dtype, table);
  return table;
}

function makeTable(format: FloatFormat): Float64Array {
  const { exponentBits, mantissaBits, bias, specials } = format;
  const half = 1 << (exponentBits + mantissaBits);
  const table = new Float64Array(half * 2);
  for (let code = 0; code < half; code++) {
    const exponent = code >>> mantissaBits;
    const mantissa = code & ((1 << mantissaBits) - 1);
    const fraction = mantissa / (1 << mantissaBits);
    let value =
      exponent === 0 ? fraction * 2 ** (1 - bias) : (1 + fraction) * 2 ** (exponent - bias);
    if (specials === 'ieee' && exponent === (1 << exponentBits) - 1)
      value = mantissa === 0 ? Infinity : NaN;
    if (specials === 'fn' && code === half - 1) value = NaN;
    table[code] = value;
    table[half + code] = -value;
  }
  if (specials === 'fnuz') table[half] = NaN;
  return table;
}

/** E8M0: powers of two from 2^-127 to 2^127, then NaN. Source: OCP Microscaling Formats 1.0, 5.4.1. */
function scaleTable(): Float64Array {
  return Float64Array.from({ length: 256 }, (_, code) => (code === 255 ? NaN : 2 ** (code - 127)));
}
