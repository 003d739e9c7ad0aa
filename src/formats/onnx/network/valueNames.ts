/** Gives names that no value of the model has yet: `name`, `name_2`, `name_3`, … */
export function freshNames(): (wanted: string) => string {
  const taken = new Set<string>();
  const next = new Map<string, number>();
  return (wanted) => {
    let name = wanted;
    let count = next.get(wanted) ?? 1;
    while (taken.has(name)) name = `${wanted}_${++count}`;
    next.set(wanted, count);
    taken.add(name);
    return name;
  };
}

/**
 * Names that nodes see, and what they are called in the network: their graph's, then the enclosing
 * graphs'. A function sees only its own.
 */
export class ValueScope {
  readonly #names = new Map<string, string>();
  readonly #outer: ValueScope | undefined;

  constructor(outer?: ValueScope) {
    this.#outer = outer;
  }

  has(name: string): boolean {
    return this.#names.has(name);
  }

  /** @param called - `''` for a value that is left out. */
  set(name: string, called: string): void {
    this.#names.set(name, called);
  }

  resolve(name: string): string | undefined {
    return this.#names.get(name) ?? this.#outer?.resolve(name);
  }
}
