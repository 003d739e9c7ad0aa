/** A chunk as a derivation gives it: of the chunk's length. */
export interface Prediction {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Where nothing is predicted, in order and apart, in bytes: `[from, to, from, to, …]`. */
  readonly fresh: readonly number[];
}

/** Bases one after the other; the only one as it is. */
export function joinedBases(bases: readonly Uint8Array[]): Uint8Array {
  const [only] = bases;
  if (only !== undefined && bases.length === 1) return only;
  const whole = new Uint8Array(bases.reduce((sum, base) => sum + base.length, 0));
  let at = 0;
  for (const base of bases) {
    whole.set(base, at);
    at += base.length;
  }
  return whole;
}

/** `bytes` in an array of `rawBytes`, zeros behind: a chunk may end in part of an element. */
export function withTail(bytes: Uint8Array<ArrayBuffer>, rawBytes: number): Prediction {
  if (bytes.length === rawBytes) return { bytes, fresh: [] };
  const whole = new Uint8Array(rawBytes);
  whole.set(bytes);
  return { bytes: whole, fresh: [] };
}
