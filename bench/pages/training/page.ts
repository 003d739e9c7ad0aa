/** Gives the page `training(who, method, …)`: a call to the contestant `who`, each in its own worker. */
import type { Contestant, Who } from './contestant.ts';
import type { Answer, Request } from './contestant.worker.ts';

interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

const workers = new Map<string, Worker>();
const waiting = new Map<number, Waiting>();
let calls = 0;

function workerOf(who: Who): Worker {
  const key = JSON.stringify(who);
  const there = workers.get(key);
  if (there !== undefined) return there;
  const worker = new Worker(new URL('./contestant.worker.ts', import.meta.url), { type: 'module' });
  worker.addEventListener('message', ({ data }: MessageEvent<Answer>) => {
    const { resolve, reject } = waiting.get(data.id) ?? {};
    waiting.delete(data.id);
    if ('error' in data) reject?.(new Error(data.error));
    else resolve?.(data.value);
  });
  worker.addEventListener('error', ({ message }) => {
    for (const { reject } of waiting.values()) reject(new Error(message));
  });
  workers.set(key, worker);
  return worker;
}

function training(who: Who, method: keyof Contestant, ...given: readonly unknown[]) {
  return new Promise((resolve, reject) => {
    const id = ++calls;
    waiting.set(id, { resolve, reject });
    const request: Request = { id, who, method, given };
    workerOf(who).postMessage(request);
  });
}

/** Ends a contestant, its threads and its memory. */
function dismiss(who: Who): void {
  const key = JSON.stringify(who);
  workers.get(key)?.terminate();
  workers.delete(key);
}

Object.assign(globalThis, { training, dismiss });
