/**
 * Sets of operator types met on the way, as small numbers: equal sets have equal numbers, so that
 * growing and joining them is a look-up. The empty set is 0.
 */
export interface ViaSets {
  /** The set `via` with `type` added. */
  add(via: number, type: string): number;
  union(a: number, b: number): number;
  /** The types of a set, sorted. */
  typesOf(via: number): readonly string[];
}

/** An empty collection of sets. */
export function viaSets(): ViaSets {
  const sets: (readonly string[])[] = [[]];
  const numbers = new Map<string, number>([['', 0]]);
  const added = new Map<string, number>();
  const joined = new Map<string, number>();

  const numberOf = (types: Iterable<string>): number => {
    const sorted = [...new Set(types)].sort();
    const key = sorted.join('\n');
    const number = numbers.get(key) ?? sets.push(sorted) - 1;
    numbers.set(key, number);
    return number;
  };
  const typesOf = (via: number): readonly string[] => sets[via] ?? [];
  return {
    add(via, type) {
      const key = `${via} ${type}`;
      const number = added.get(key) ?? numberOf([...typesOf(via), type]);
      added.set(key, number);
      return number;
    },
    union(a, b) {
      if (a === b || b === 0) return a;
      if (a === 0) return b;
      const key = a < b ? `${a} ${b}` : `${b} ${a}`;
      const number = joined.get(key) ?? numberOf([...typesOf(a), ...typesOf(b)]);
      joined.set(key, number);
      return number;
    },
    typesOf,
  };
}
