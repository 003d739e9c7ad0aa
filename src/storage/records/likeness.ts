/** Hashes kept of a record, and windows of this many bytes hashed. */
const kept = 32;
const windowBytes = 12;

/** Records seen, remembered to be compared at most. */
const remembered = 20_000;

/** Finds which of the records seen is most like another: a parent's, or one of equal architecture. */
export interface Likeness {
  /** @param group - only records of one group are compared. */
  remember(group: string, id: string, bytes: Uint8Array): void;
  /** The most like of the group, other than `id`; undefined where none shares anything. */
  nearest(group: string, id: string, bytes: Uint8Array): string | undefined;
  forget(group: string, id: string): void;
}

/** Compares by the least hashes of all windows. Source: A. Broder, 1997, bottom-k sketches. */
export function likeness(): Likeness {
  const groups = new Map<string, Map<string, Uint32Array>>();
  const groupOf = (group: string) => {
    const found = groups.get(group) ?? new Map<string, Uint32Array>();
    groups.set(group, found);
    return found;
  };
  return {
    remember(group, id, bytes) {
      const known = groupOf(group);
      if (known.has(id)) return;
      known.set(id, sketchOf(bytes));
      const [oldest] = known.keys();
      if (known.size > remembered && oldest !== undefined) known.delete(oldest);
    },
    nearest(group, id, bytes) {
      const own = new Set(sketchOf(bytes));
      let best: { readonly id: string; readonly shared: number } | undefined;
      for (const [other, sketch] of groupOf(group)) {
        if (other === id) continue;
        const shared = sketch.reduce((sum, hash) => sum + Number(own.has(hash)), 0);
        // The later of equals: a chain of versions leans on the last one.
        if (shared > 0 && shared >= (best?.shared ?? 0)) best = { id: other, shared };
      }
      return best?.id;
    },
    forget(group, id) {
      groups.get(group)?.delete(id);
    },
  };
}

/** The `kept` least different hashes of all windows, ascending. */
function sketchOf(bytes: Uint8Array): Uint32Array {
  const least = new Set<number>();
  let greatest = 2 ** 32;
  const factor = powerOf(31, windowBytes);
  let rolling = 0;
  for (let at = 0; at < bytes.length; at++) {
    rolling = (Math.imul(rolling, 31) + (bytes[at] ?? 0)) | 0;
    if (at >= windowBytes)
      rolling = (rolling - Math.imul(bytes[at - windowBytes] ?? 0, factor)) | 0;
    const hash = Math.imul(rolling ^ (rolling >>> 15), 0x2c1b3c6d) >>> 0;
    if (hash >= greatest || least.has(hash)) continue;
    least.add(hash);
    if (least.size <= kept) continue;
    least.delete(Math.max(...least));
    greatest = Math.max(...least);
  }
  return Uint32Array.from(least).sort();
}

function powerOf(base: number, exponent: number): number {
  let value = 1;
  for (let at = 0; at < exponent; at++) value = Math.imul(value, base);
  return value;
}
