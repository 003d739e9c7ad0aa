/**
 * Bits of a whole row of symbols with ideal codes, and what learning each used frequency costs, from a
 * sample.
 *
 * @param contexts - `[symbols]`, each below `count`.
 * @param elements - of the whole row.
 */
export function estimatedBits(
  symbols: Uint8Array,
  contexts: Uint8Array,
  count: number,
  elements: number,
): number {
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
