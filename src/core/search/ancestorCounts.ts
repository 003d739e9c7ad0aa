/**
 * How many ancestors each node of a graph without cycles has, itself included.
 *
 * Exact, though sets of ancestors overlap: ancestors are counted 32 at a time, each time by one pass that
 * hands a word of bits down the edges. Takes (nodes + edges) · nodes / 64 steps and one word a node; where
 * no node has two parents one pass is enough.
 *
 * @param parents - of each node, as positions; a parent's position is below its child's.
 */
export function ancestorCounts(parents: readonly (readonly number[])[]): Int32Array {
  const counts = new Int32Array(parents.length);
  if (parents.every(({ length }) => length < 2)) {
    for (const [node, [parent]] of parents.entries())
      counts[node] = parent === undefined ? 1 : (counts[parent] ?? 0) + 1;
    return counts;
  }
  const { offsets, flat } = flattened(parents);
  // Words of nodes before the current block are 0: they have no ancestor in it.
  const words = new Int32Array(parents.length);
  for (let first = 0; first < parents.length; first += 32) {
    for (let node = first; node < parents.length; node++) {
      let word = node < first + 32 ? 1 << (node - first) : 0;
      const end = offsets[node + 1] as number;
      for (let at = offsets[node] as number; at < end; at++)
        word |= words[flat[at] as number] as number;
      words[node] = word;
      counts[node] = (counts[node] as number) + bitsOf(word);
    }
    words.fill(0, first, first + 32);
  }
  return counts;
}

function flattened(parents: readonly (readonly number[])[]) {
  const offsets = new Int32Array(parents.length + 1);
  for (const [node, { length }] of parents.entries())
    offsets[node + 1] = (offsets[node] as number) + length;
  const flat = new Int32Array(offsets[parents.length] as number);
  let at = 0;
  for (const of of parents) for (const parent of of) flat[at++] = parent;
  return { offsets, flat };
}

/** Bits that are set. Source: Warren, Hacker's Delight, 2nd edition, figure 5-2. */
function bitsOf(word: number): number {
  let left = word - ((word >>> 1) & 0x55555555);
  left = (left & 0x33333333) + ((left >>> 2) & 0x33333333);
  return Math.imul((left + (left >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
