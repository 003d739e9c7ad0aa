import type { Cancellation } from '../../core/ports/run.ts';

/** How a cascade that runs is held up: between two items, and the training that it is at. */
export class CascadeControl {
  /** The creation that it is at. */
  job: string | undefined;
  #paused: { readonly promise: Promise<void>; readonly goOn: () => void } | undefined;

  get paused(): boolean {
    return this.#paused !== undefined;
  }

  pause(): void {
    if (this.#paused !== undefined) return;
    let goOn = (): void => undefined;
    const promise = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    this.#paused = { promise, goOn };
  }

  continue(): void {
    this.#paused?.goOn();
    this.#paused = undefined;
  }

  /** Resolves once it is not paused. @throws AbortError once the signal is aborted. */
  async turn(signal: Cancellation): Promise<void> {
    signal.throwIfAborted();
    while (this.#paused !== undefined) {
      await Promise.race([this.#paused.promise, aborted(signal)]);
      signal.throwIfAborted();
    }
  }
}

/** Resolves when a signal that can tell is aborted; one of the other side of a wire can. */
function aborted(signal: Cancellation): Promise<void> {
  return new Promise((resolve) => {
    if ('addEventListener' in signal && typeof signal.addEventListener === 'function')
      (signal as unknown as EventTarget).addEventListener('abort', () => { resolve(); }, { once: true }); // prettier-ignore
  });
}

interface EventTarget {
  addEventListener(type: 'abort', listener: () => void, options: { readonly once: boolean }): void;
}
