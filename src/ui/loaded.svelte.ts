import { isAbort } from './messages.ts';

export type LoadState<T> =
  | { readonly is: 'loading' }
  | { readonly is: 'ready'; readonly value: T }
  | { readonly is: 'failed'; readonly error: unknown };

/**
 * Data a panel asks the worker for, asked again whenever what `ask` or `watched` reads changes. The last
 * answer stays until the next is there, so that a panel does not flicker. Made while a component is
 * being set up; answers that come after it is gone are dropped, and `signal` is aborted.
 */
export class Loaded<T> {
  state = $state.raw<LoadState<T>>({ is: 'loading' });
  #attempt = $state(0);

  constructor(ask: (signal: AbortSignal) => Promise<T>, watched?: () => unknown) {
    $effect(() => {
      watched?.();
      const controller = new AbortController();
      if (this.#attempt > 0) this.state = { is: 'loading' };
      void this.#follow(ask(controller.signal), controller.signal);
      return () => {
        controller.abort();
      };
    });
  }

  readonly retry = (): void => {
    this.#attempt += 1;
  };

  async #follow(asked: Promise<T>, signal: AbortSignal): Promise<void> {
    try {
      const value = await asked;
      if (!signal.aborted) this.state = { is: 'ready', value };
    } catch (error) {
      if (!signal.aborted && !isAbort(error)) this.state = { is: 'failed', error };
    }
  }
}
