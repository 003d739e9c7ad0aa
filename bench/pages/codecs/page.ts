/** Gives the page `codecs(runs)`: the measurements, made in a worker. */
import type { CodecResult } from './codecTrials.ts';

type Answer = { readonly results: readonly CodecResult[] } | { readonly error: string };

function codecs(runs: number): Promise<readonly CodecResult[]> {
  const worker = new Worker(new URL('./codecs.worker.ts', import.meta.url), { type: 'module' });
  return new Promise((resolve, reject) => {
    worker.addEventListener('message', ({ data }: MessageEvent<Answer>) => {
      worker.terminate();
      if ('error' in data) reject(new Error(data.error));
      else resolve(data.results);
    });
    worker.addEventListener('error', ({ message }) => {
      reject(new Error(message));
    });
    worker.postMessage(runs);
  });
}

Object.assign(globalThis, { codecs });
