/** Four elements of 2^`log` bytes at `at`, each at the top of a word of 32 bits. */
export function loadWords(at: usize, log: u32): v128 {
  if (log == 2) return v128.load(at);
  if (log == 1) return i32x4.shl(v128.load_ext<u16>(at), 16);
  return i32x4.shl(bytesOf(at), 24);
}

/** Four bytes at `at` as words. */
export function bytesOf(at: usize): v128 {
  return i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(v128.load32_zero(at)));
}

/** The reverse of `loadWords`. */
export function storeWords(at: usize, words: v128, log: u32): void {
  if (log == 2) {
    v128.store(at, words);
    return;
  }
  if (log == 1) {
    const halves = i32x4.shr_u(words, 16);
    v128.store_lane<u64>(at, i16x8.narrow_i32x4_u(halves, halves), 0);
    return;
  }
  storeBytes(at, i32x4.shr_u(words, 24));
}

/** Writes four words below 256 as bytes. */
export function storeBytes(at: usize, words: v128): void {
  const halves = i16x8.narrow_i32x4_u(words, words);
  v128.store_lane<u32>(at, i8x16.narrow_i16x8_u(halves, halves), 0);
}
