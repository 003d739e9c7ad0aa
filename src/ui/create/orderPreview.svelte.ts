import type { CreateOrder, CreationPreview } from '../../core/creationViews.ts';
import { isAbort } from '../messages.ts';
import type { Session } from '../session.svelte.ts';
import { createArguments } from './createArguments.ts';

export type PreviewState =
  | { readonly is: 'waiting' }
  | { readonly is: 'ready'; readonly value: CreationPreview }
  | { readonly is: 'failed'; readonly error: unknown };

/** Changes settle for this long, in ms, before it is asked what they would do. */
const settleMs = 400;

/** What an order would do, asked anew when it has changed and rested. Made while a component is set up. */
export class OrderPreview {
  state = $state.raw<PreviewState>({ is: 'waiting' });

  constructor(session: Session, order: () => CreateOrder | undefined) {
    $effect(() => this.#ask(session, order()));
  }

  #ask(session: Session, order: CreateOrder | undefined): (() => void) | undefined {
    this.state = { is: 'waiting' };
    if (order === undefined) return undefined;
    const controller = new AbortController();
    const { signal } = controller;
    const follow = async () => {
      try {
        const [fn, options] = createArguments(order);
        const value = await session.mgit.previewCreation(fn, options, { signal });
        if (!signal.aborted) this.state = { is: 'ready', value };
      } catch (error) {
        if (!signal.aborted && !isAbort(error)) this.state = { is: 'failed', error };
      }
    };
    const timer = setTimeout(() => void follow(), settleMs);
    return () => {
      clearTimeout(timer);
      controller.abort();
    };
  }
}
