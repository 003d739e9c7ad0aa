import type { Prediction, TryInput, TryInputView } from '../../core/creationViews.ts';
import type { NodeId } from '../../core/ids.ts';
import { isAbort } from '../messages.ts';
import type { Session } from '../session.svelte.ts';

export type TryState =
  | { readonly is: 'idle' }
  | { readonly is: 'running' }
  | { readonly is: 'ready' }
  | { readonly is: 'failed'; readonly error: unknown };

/** Strokes and keys settle for this long, in ms, before the models run. */
const settleMs = 150;

/** What a person gives to a model and what comes of it. */
export class Tryout {
  readonly #session: Session;
  readonly #inputs: readonly TryInputView[];
  #timer: ReturnType<typeof setTimeout> | undefined;
  #controller: AbortController | undefined;
  given = $state.raw<Readonly<Record<string, TryInput>>>({});
  /** The models that run: the one that is looked at, then those beside it. */
  models = $state.raw<readonly NodeId[]>([]);
  state = $state.raw<TryState>({ is: 'idle' });
  /** The last answers; they stay while the next are computed. */
  predictions = $state.raw<readonly Prediction[]>([]);

  constructor(session: Session, models: readonly NodeId[], inputs: readonly TryInputView[]) {
    this.#session = session;
    this.#inputs = inputs;
    this.models = models;
  }

  get complete(): boolean {
    return this.#inputs.every(({ name }) => this.given[name] !== undefined);
  }

  /** Undefined takes an input back: it was cleared or is no value. */
  readonly give = (name: string, input: TryInput | undefined): void => {
    const others = Object.entries(this.given).filter(([key]) => key !== name);
    this.given = Object.fromEntries(input === undefined ? others : [...others, [name, input]]);
    this.#soon();
  };

  readonly setModels = (models: readonly NodeId[]): void => {
    this.models = models;
    this.#soon();
  };

  readonly stop = (): void => {
    clearTimeout(this.#timer);
    this.#controller?.abort();
  };

  #soon(): void {
    this.stop();
    if (!this.complete) {
      this.predictions = [];
      this.state = { is: 'idle' };
      return;
    }
    this.#timer = setTimeout(() => void this.#run(), settleMs);
  }

  async #run(): Promise<void> {
    const controller = new AbortController();
    this.#controller = controller;
    this.state = { is: 'running' };
    try {
      const predictions = await this.#session.mgit.predict(this.models, this.given, controller);
      if (controller.signal.aborted) return;
      this.predictions = predictions;
      this.state = { is: 'ready' };
    } catch (error) {
      if (controller.signal.aborted || isAbort(error)) return;
      this.predictions = [];
      this.state = { is: 'failed', error };
    }
  }
}
