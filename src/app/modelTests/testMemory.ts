import type { SnapshotId } from '../../core/ids.ts';
import type { PreparedTest } from '../../core/modelTests/prepareTestData.ts';
import type { StoredResult } from '../../core/modelTests/storedResult.ts';

/** Bytes of prepared examples that are kept for the next model. */
const keptBytes = 256 * 1024 ** 2;

/** What testing keeps in memory: all of it can be made or read again. */
export class TestMemory {
  readonly #prepared = new Map<string, PreparedTest>();
  readonly #results = new Map<SnapshotId, Promise<readonly StoredResult[]>>();
  readonly #writing = new Map<SnapshotId, Promise<unknown>>();

  /** Examples by how they are fed: made once for all models that are fed alike. */
  async prepared(key: string, make: () => Promise<PreparedTest>): Promise<PreparedTest> {
    const known = this.#prepared.get(key);
    if (known !== undefined) {
      // Last used goes to the end.
      this.#prepared.delete(key);
      this.#prepared.set(key, known);
      return known;
    }
    const made = await make();
    this.#prepared.set(key, made);
    let bytes = [...this.#prepared.values()].reduce((sum, each) => sum + bytesOf(each), 0);
    for (const [old, each] of this.#prepared) {
      if (bytes <= keptBytes || this.#prepared.size === 1) break;
      this.#prepared.delete(old);
      bytes -= bytesOf(each);
    }
    return made;
  }

  /** The results of a snapshot as last read or written here. */
  results(
    snapshot: SnapshotId,
    read: () => Promise<readonly StoredResult[]>,
  ): Promise<readonly StoredResult[]> {
    const known = this.#results.get(snapshot);
    if (known !== undefined) return known;
    const reading = read();
    this.#results.set(snapshot, reading);
    reading.catch(() => {
      if (this.#results.get(snapshot) === reading) this.#results.delete(snapshot);
    });
    return reading;
  }

  /** Changes of one snapshot's results, one after the other. */
  async exclusive<Value>(snapshot: SnapshotId, change: () => Promise<Value>): Promise<Value> {
    const before = this.#writing.get(snapshot) ?? Promise.resolve();
    const next = before.then(change, change);
    this.#writing.set(snapshot, next);
    try {
      return await next;
    } finally {
      if (this.#writing.get(snapshot) === next) this.#writing.delete(snapshot);
    }
  }

  setResults(snapshot: SnapshotId, results: readonly StoredResult[]): void {
    this.#results.set(snapshot, Promise.resolve(results));
  }

  /** After a change by another tab. */
  forgetResults(): void {
    this.#results.clear();
  }
}

function bytesOf({ inputs }: PreparedTest): number {
  return [...inputs.values()].reduce((sum, { values }) => sum + values.byteLength, 0);
}
