const longest = 15;

/**
 * Lengths of Huffman codes, at most 15 bits: counts are flattened until the tree is low enough. 0 for a
 * symbol that does not occur; at least two occur.
 */
export function codeLengths(counts: Uint32Array): Uint8Array {
  for (let flat = 0; ; flat++) {
    const lengths = treeDepths(counts.map((count) => (count === 0 ? 0 : (count >>> flat) + 1)));
    if (Math.max(...lengths) <= longest) return lengths;
  }
}

interface Tree {
  readonly weight: number;
  readonly symbols: readonly number[];
}

function treeDepths(weights: Uint32Array): Uint8Array {
  const depths = new Uint8Array(weights.length);
  let trees: Tree[] = [];
  weights.forEach((weight, symbol) => {
    if (weight > 0) trees.push({ weight, symbols: [symbol] });
  });
  while (trees.length > 1) {
    trees.sort((a, b) => a.weight - b.weight);
    const [one, other] = [trees[0], trees[1]] as [Tree, Tree];
    const symbols = [...one.symbols, ...other.symbols];
    for (const symbol of symbols) depths[symbol] = (depths[symbol] ?? 0) + 1;
    trees = [{ weight: one.weight + other.weight, symbols }, ...trees.slice(2)];
  }
  return depths;
}

/** Canonical codes of those lengths: shorter ones first, then by symbol. */
function codesOf(lengths: Uint8Array): Uint16Array {
  const codes = new Uint16Array(lengths.length);
  let code = 0;
  for (let length = 1; length <= longest; length++) {
    lengths.forEach((own, symbol) => {
      if (own === length) codes[symbol] = code++;
    });
    code <<= 1;
  }
  return codes;
}

/**
 * A block of bytes: 128 bytes of code lengths, four bits each, then the codes; or undefined where fewer
 * than two symbols occur or it is not smaller.
 */
export function encodeHuffman(block: Uint8Array): Uint8Array<ArrayBuffer> | undefined {
  const counts = new Uint32Array(256);
  for (const byte of block) counts[byte] = (counts[byte] ?? 0) + 1;
  if (counts.filter((count) => count > 0).length < 2) return undefined;
  const lengths = codeLengths(counts);
  const bits = counts.reduce((sum, count, symbol) => sum + count * (lengths[symbol] ?? 0), 0);
  const size = 128 + Math.ceil(bits / 8);
  if (size >= block.length) return undefined;
  const out = new Uint8Array(size);
  for (let at = 0; at < 128; at++)
    out[at] = ((lengths[2 * at] ?? 0) << 4) | (lengths[2 * at + 1] ?? 0);
  writeCodes(block, lengths, out);
  return out;
}

function writeCodes(block: Uint8Array, lengths: Uint8Array, out: Uint8Array): void {
  const codes = codesOf(lengths);
  let [at, held, count] = [128, 0, 0];
  for (const byte of block) {
    const length = lengths[byte] ?? 0;
    held = (held << length) | (codes[byte] ?? 0);
    count += length;
    while (count >= 8) {
      count -= 8;
      out[at++] = held >>> count;
    }
    held &= (1 << count) - 1;
  }
  if (count > 0) out[at] = held << (8 - count);
}

/** What `encodeHuffman` was given, `length` bytes. */
export function decodeHuffman(encoded: Uint8Array, length: number): Uint8Array<ArrayBuffer> {
  const lengths = new Uint8Array(256);
  for (let at = 0; at < 128; at++) {
    lengths[2 * at] = (encoded[at] ?? 0) >>> 4;
    lengths[2 * at + 1] = (encoded[at] ?? 0) & 15;
  }
  const codes = codesOf(lengths);
  const symbols = new Uint8Array(1 << longest);
  lengths.forEach((own, symbol) => {
    const from = (codes[symbol] ?? 0) << (longest - own);
    if (own > 0) symbols.fill(symbol, from, from + (1 << (longest - own)));
  });
  const out = new Uint8Array(length);
  let [at, held, count] = [128, 0, 0];
  for (let index = 0; index < length; index++) {
    while (count < longest) {
      held = (held << 8) | (encoded[at++] ?? 0);
      count += 8;
    }
    const symbol = symbols[(held >>> (count - longest)) & ((1 << longest) - 1)] ?? 0;
    out[index] = symbol;
    count -= lengths[symbol] ?? 0;
    held &= (1 << count) - 1;
  }
  return out;
}
