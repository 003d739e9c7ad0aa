/** Uniform numbers in (0, 1), the same for one seed on every machine. */
export function uniform(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return ((state >>> 8) + 0.5) / 2 ** 24;
  };
}

/** Normal numbers by Box and Muller's transform. */
export function normal(seed: number): () => number {
  const next = uniform(seed);
  return () => Math.sqrt(-2 * Math.log(next())) * Math.cos(2 * Math.PI * next());
}

/** A parent N(0, 0.05) and its child, the parent plus N(0, `deviation`), as float32. */
export function family(
  count: number,
  deviation: number,
): { parent: Float32Array; child: Float32Array } {
  const next = normal(1);
  const parent = new Float32Array(count).map(() => 0.05 * next());
  return { parent, child: parent.map((weight) => weight + deviation * next()) };
}

export function bytesOf(array: Float32Array | Uint16Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(array.buffer as ArrayBuffer, array.byteOffset, array.byteLength);
}

/** float32 rounded to the nearest bfloat16, ties to even; finite numbers only. */
export function toBfloat16(values: Float32Array): Uint16Array {
  const words = new Uint32Array(values.buffer);
  return Uint16Array.from(words, (word) => (word + 0x7fff + ((word >>> 16) & 1)) >>> 16);
}

/** float32 rounded to the nearest float16, ties to even; magnitudes below 65504 only. */
export function toFloat16(values: Float32Array): Uint16Array {
  const words = new Uint32Array(values.buffer);
  return Uint16Array.from(words, (word, i) => {
    const sign = (word >>> 16) & 0x8000;
    const magnitude = word & 0x7fffffff;
    if (magnitude < 0x38800000) return sign | roundEven(Math.abs(values[i] ?? 0) * 2 ** 24);
    return sign | (((magnitude + 0xfff + ((magnitude >>> 13) & 1)) >>> 13) - 0x1c000);
  });
}

function roundEven(value: number): number {
  const rounded = Math.round(value);
  return rounded - value === 0.5 && rounded % 2 === 1 ? rounded - 1 : rounded;
}
