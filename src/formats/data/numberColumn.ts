import type { RawNumbers } from '../../core/data/rawExamples.ts';

/** Numbers that come one by one, kept as small as they allow: bytes, then f32, then f64. */
export interface NumberColumn {
  readonly is: 'numbers';
  push(value: number): void;
  done(): RawNumbers;
}

/** Whole numbers up to here are exact in f32. */
const exactWhole = 2 ** 24;

/** An empty column. */
export function numberColumn(): NumberColumn {
  let values: RawNumbers = new Uint8Array(256);
  let count = 0;

  function widen(value: number): void {
    if (values instanceof Float64Array) return;
    const whole = Number.isInteger(value);
    if (values instanceof Uint8Array && !(whole && value >= 0 && value <= 255))
      values = Float32Array.from(values);
    // Fractions lose digits that training never sees; ids must not become equal.
    if (values instanceof Float32Array && (whole ? Math.abs(value) > exactWhole : tooLarge(value)))
      values = Float64Array.from(values);
  }

  return {
    is: 'numbers',
    push(value) {
      widen(value);
      if (count === values.length) values = grown(values);
      values[count++] = value;
    },
    done: () => values.slice(0, count),
  };
}

function tooLarge(value: number): boolean {
  return !Number.isFinite(Math.fround(value));
}

function grown<T extends RawNumbers>(values: T): T {
  const Kind = values.constructor as new (length: number) => T;
  const larger = new Kind(values.length * 2);
  larger.set(values);
  return larger;
}

const decimal = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;

/** The finite number a field holds; undefined for any other text. */
export function numberOf(field: string): number | undefined {
  const short = shortWhole(field);
  if (short >= 0) return short;
  const trimmed = field.trim();
  if (!decimal.test(trimmed)) return undefined;
  const value = Number(trimmed);
  return Number.isFinite(value) ? value : undefined;
}

/** A whole number of up to nine digits, as most fields of pictures are; −1 for any other text. */
function shortWhole(field: string): number {
  if (field.length === 0 || field.length > 9) return -1;
  let value = 0;
  for (let at = 0; at < field.length; at++) {
    const digit = field.charCodeAt(at) - 48;
    if (digit < 0 || digit > 9) return -1;
    value = value * 10 + digit;
  }
  return value;
}

/** Whether a field says that its value is not known. */
export function isMissing(field: string): boolean {
  return /^\s*(\?|na|n\/a|nan|null|none)?\s*$/i.test(field);
}
