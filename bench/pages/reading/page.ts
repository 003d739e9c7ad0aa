import type { ReadingResult } from './readChains.ts';

/** Runs in a worker, as the app's store does. */
function readChains(modelBytes: number, runs: number): Promise<readonly ReadingResult[]> {
  const worker = new Worker(new URL('./reading.worker.ts', import.meta.url), { type: 'module' });
  return new Promise((resolve, reject) => {
    worker.onmessage = ({ data }: MessageEvent<readonly ReadingResult[]>) => {
      resolve(data);
    };
    worker.onerror = (event) => {
      reject(new Error(event.message));
    };
    worker.postMessage({ modelBytes, runs });
  });
}

Object.assign(globalThis, { readChains });
