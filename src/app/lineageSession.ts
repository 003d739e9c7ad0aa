import type { ImportId, OperationId } from '../core/ids.ts';
import { isLineageError } from '../core/lineageError.ts';
import { applyChanges } from '../core/lineage/applyChanges.ts';
import type { Draft } from '../core/lineage/editLineage.ts';
import { lineageOf, type Lineage } from '../core/lineage/lineage.ts';
import type { Operation } from '../core/lineage/operation.ts';
import type { LineageLog, WriterLock } from '../core/ports/lineageLog.ts';
import type { Changed } from '../core/views.ts';

export interface SessionPorts {
  readonly log: LineageLog;
  readonly lock: WriterLock;
  /** ms since 1970. */
  readonly now: () => number;
  /** A random id that never comes twice. */
  readonly newId: () => string;
}

/** What else goes into an operation than its draft. */
export interface CommitOptions {
  /** The pending import that this commit ends. */
  readonly imported?: ImportId;
  /** What an undo takes back or a redo does again. */
  readonly target?: OperationId;
  /** What the operation is a step of: operations in a row with one group are undone together. */
  readonly group?: string;
}

/** The lineage as this tab knows it, and the only way it changes. */
export class LineageSession {
  readonly #ports: SessionPorts;
  readonly #listeners = new Set<(what: Changed) => void>();
  #loaded: Promise<Lineage> | undefined;

  constructor(ports: SessionPorts) {
    this.#ports = ports;
    ports.log.onForeignCommit(() => {
      this.forget();
      this.#changed('lineage');
    });
  }

  /** The graph as last committed by any tab. Callers only read it. */
  lineage(): Promise<Lineage> {
    if (this.#loaded === undefined) {
      const reading = this.#ports.log.load().then(lineageOf);
      // A failed read is not kept: the next caller tries again.
      reading.catch(() => {
        if (this.#loaded === reading) this.forget();
      });
      this.#loaded = reading;
    }
    return this.#loaded;
  }

  /**
   * Makes a draft from the lineage as it is under the writer lock, checks it, and commits it.
   *
   * @throws LineageError as `draft` and `applyChanges` do; nothing has then changed.
   */
  async commit(
    draft: (lineage: Lineage) => Draft,
    options: CommitOptions = {},
  ): Promise<Operation> {
    const operation = await this.#ports.lock.exclusive(async () => {
      try {
        return await this.#attempt(draft, options);
      } catch (error) {
        // Another tab committed and its message is still on the way: once more on fresh data.
        if (!isLineageError(error, 'operation-conflict')) throw error;
        this.forget();
        return this.#attempt(draft, options);
      }
    });
    this.#changed('lineage');
    return operation;
  }

  /** Calls back after each change, by this tab or another. */
  subscribe(listener: (what: Changed) => void): void {
    this.#listeners.add(listener);
  }

  /** Tells listeners that results of tests were kept: the graph is as it was. */
  announceResults(): void {
    this.#changed('results');
  }

  /** Reads the graph again at next use: after a reset, or when the store was repaired. */
  forget(): void {
    this.#loaded = undefined;
  }

  async #attempt(draft: (lineage: Lineage) => Draft, options: CommitOptions): Promise<Operation> {
    const lineage = await this.lineage();
    const id = this.#ports.newId() as OperationId;
    const operation: Operation = {
      id,
      at: this.#ports.now(),
      ...draft(lineage),
      ...(options.target === undefined ? {} : { target: options.target }),
      ...(options.group === undefined ? {} : { group: options.group }),
    };
    applyChanges(lineage, operation.changes, id);
    try {
      await this.#ports.log.commit(operation, options.imported);
    } catch (error) {
      // Memory is now ahead of the store: read the store again.
      this.forget();
      throw error;
    }
    return operation;
  }

  #changed(what: Changed): void {
    for (const listener of this.#listeners) listener(what);
  }
}
