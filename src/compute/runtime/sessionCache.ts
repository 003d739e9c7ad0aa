/** What a cache keeps: something that takes memory until it is closed. */
interface Closable {
  close(): Promise<void>;
}

interface Entry<Value> {
  readonly value: Promise<Value>;
  users: number;
}

/** A borrowed value of a cache. */
export interface Loan<Value> {
  readonly value: Value;
  readonly release: () => void;
}

/**
 * Values by key, made once. The least recently used that nobody has borrowed are closed beyond `capacity`:
 * a compiled session holds its constants and its plan in the runtime's memory.
 */
export class SessionCache<Value extends Closable> {
  readonly #entries = new Map<string, Entry<Value>>();
  readonly #capacity: number;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** The value of `key`, made by `make` where there is none. A failed making is not kept. */
  async borrow(key: string, make: () => Promise<Value>): Promise<Loan<Value>> {
    const there = this.#entries.get(key);
    const entry = there ?? { value: make(), users: 0 };
    entry.users++;
    // Put last: a Map goes through its keys in the order in which they came.
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    let released = false;
    const release = () => {
      if (released) return;
      released = true;
      entry.users--;
      this.#trim();
    };
    try {
      return { value: await entry.value, release };
    } catch (error) {
      this.#entries.delete(key);
      throw error;
    }
  }

  get size(): number {
    return this.#entries.size;
  }

  /** Closes everything, borrowed or not. */
  async close(): Promise<void> {
    const entries = [...this.#entries.values()];
    this.#entries.clear();
    for (const { value } of entries) await value.then((one) => one.close()).catch(() => undefined);
  }

  #trim(): void {
    for (const [key, entry] of this.#entries) {
      if (this.#entries.size <= this.#capacity) return;
      if (entry.users > 0) continue;
      this.#entries.delete(key);
      void entry.value.then((value) => value.close()).catch(() => undefined);
    }
  }
}
