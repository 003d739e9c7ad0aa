import type { Contestant, Who } from './contestant.ts';

export interface Request {
  readonly id: number;
  readonly who: Who;
  readonly method: keyof Contestant;
  readonly given: readonly unknown[];
}

export type Answer =
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly error: string };

let contestant: Promise<Contestant> | undefined;

/** Only the framework that is asked for is loaded. */
async function open(who: Who): Promise<Contestant> {
  if (who.is === 'ours') return (await import('./ours.ts')).ours(who);
  if (who.is === 'jax-js') return (await import('./jax.ts')).jax(who);
  return (await import('./tensorFlow.ts')).tensorFlow(who);
}

async function answer({ id, who, method, given }: Request): Promise<Answer> {
  try {
    const one = await (contestant ??= open(who));
    const call = one[method] as ((...each: readonly unknown[]) => unknown) | undefined;
    if (call === undefined) throw new Error(`${who.is} cannot ${method}`);
    return { id, value: await call(...given) };
  } catch (error) {
    return { id, error: error instanceof Error ? error.message : String(error) };
  }
}

addEventListener('message', ({ data }: MessageEvent<Request>) => {
  void answer(data).then((made) => {
    postMessage(made);
  });
});
