import type { DataUse } from '../../core/data/dataUse.ts';
import type { SnapshotId } from '../../core/ids.ts';
import type { PreparedTest } from '../../core/modelTests/prepareTestData.ts';
import type { StoredResult } from '../../core/modelTests/storedResult.ts';

/** Bytes of prepared examples that are kept for the next model. */
const keptBytes = 256 * 1024 ** 2;

/** Proposals of how data feeds a kind of model that are kept. */
const keptProposals = 32;

/** What testing keeps in memory: all of it can be made or read again. */
export class TestMemory {
  readonly #prepared = new Map<string, PreparedTest>();
  readonly #proposals = new Map<string, DataUse>();
  readonly #results = new Map<SnapshotId, Promise<readonly StoredResult[]>>();

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

  /** How data would feed models of one kind: proposed once, as the data is gone through for it. */
  proposal(key: string, propose: () => DataUse): DataUse {
    const known = this.#proposals.get(key);
    if (known !== undefined) return known;
    const made = propose();
    this.#proposals.set(key, made);
    const [oldest] = this.#proposals.keys();
    if (this.#proposals.size > keptProposals && oldest !== undefined)
      this.#proposals.delete(oldest);
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
