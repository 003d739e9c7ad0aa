import { OrtRuntime } from './ortRuntime.ts';
import { literalOf, ortTensor } from './ortTensor.ts';
import type { Runtime } from './runtime.ts';

/**
 * ONNX Runtime on WebAssembly. Loads the module (14 MB) with the first call and not before. The number of
 * threads is settled by the first runtime of a worker: the module takes no other afterwards, so another number
 * needs another worker.
 */
export async function openWasm(threads: number): Promise<Runtime> {
  const ort = await import('onnxruntime-web/wasm');
  ort.env.wasm.proxy = false;
  ort.env.wasm.numThreads = threads;
  return new OrtRuntime(ort, {
    facts: { backend: 'wasm', threads, f16: false },
    options: () => ({ executionProviders: ['wasm'] }),
    upload: (tensor) => ortTensor(ort, tensor),
    read: (tensor) => Promise.resolve(literalOf(tensor)),
    lost: new Promise<string>(() => undefined),
    close: () => undefined,
  });
}
