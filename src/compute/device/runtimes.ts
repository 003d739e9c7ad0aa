import { LineageError } from '../../core/lineageError.ts';
import type { Backend, Runtime } from '../runtime/runtime.ts';

/** How the runtime of each backend is opened; a backend that is missing is not there. */
export type RuntimeOpeners = Readonly<Partial<Record<Backend, () => Promise<Runtime>>>>;

/** One runtime of each backend, opened when it is first asked for, and again once it was lost. */
export class Runtimes {
  readonly #openers: RuntimeOpeners;
  readonly #opened = new Map<Backend, Promise<Runtime>>();

  constructor(openers: RuntimeOpeners) {
    this.#openers = openers;
  }

  /** Whether a runtime is there already, so that its use costs no start. */
  isOpen(backend: Backend): boolean {
    return this.#opened.has(backend);
  }

  /** @throws LineageError `device-unavailable`, `compute-failed`. */
  async get(backend: Backend): Promise<Runtime> {
    const there = this.#opened.get(backend);
    if (there !== undefined) return there;
    const open = this.#openers[backend];
    if (open === undefined)
      throw new LineageError('device-unavailable', { device: backend, reason: 'it is not there' });
    const opening = open();
    this.#opened.set(backend, opening);
    try {
      const runtime = await opening;
      void runtime.lost.then(() => {
        this.#forget(backend, opening);
        return runtime.close().catch(() => undefined);
      });
      return runtime;
    } catch (error) {
      this.#forget(backend, opening);
      throw error;
    }
  }

  async close(): Promise<void> {
    const opened = [...this.#opened.values()];
    this.#opened.clear();
    for (const runtime of opened) await runtime.then((one) => one.close()).catch(() => undefined);
  }

  #forget(backend: Backend, opening: Promise<Runtime>): void {
    if (this.#opened.get(backend) === opening) this.#opened.delete(backend);
  }
}
