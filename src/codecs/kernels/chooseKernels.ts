import { wasmKernels } from '../wasm/wasmKernels.ts';
import { plainKernels } from './plainKernels.ts';
import type { TensorKernels } from './tensorKernels.ts';

let fast: TensorKernels | undefined | 'not tried' = 'not tried';

/**
 * Runs `work` on the fastest kernels that take the chunk, and on the plain ones where these stop
 * halfway: damaged data then gets the plain ones' answer, and the next chunk a new instance.
 *
 * @param work - begins with `open`, and gives 'too large' where that gives false.
 * @throws whatever `work` throws.
 */
export function withKernels<T>(work: (kernels: TensorKernels) => T | 'too large'): T {
  const result = fastResult(work);
  if (result !== 'too large') return result;
  const plain = work(plainKernels());
  if (plain === 'too large') throw new Error('the plain kernels take every chunk');
  return plain;
}

function fastResult<T>(work: (kernels: TensorKernels) => T | 'too large'): T | 'too large' {
  if (fast === 'not tried') fast = wasmKernels();
  if (fast === undefined) return 'too large';
  const kernels = fast;
  // Until all went well: an error may leave anything in the instance's memory, and `work` may come
  // here again.
  fast = 'not tried';
  try {
    const result = work(kernels);
    fast = kernels;
    return result;
  } catch (error) {
    if (isTrap(error)) return 'too large';
    throw error;
  }
}

/** Whether WebAssembly itself gave up: its errors have a class of their own. */
function isTrap(error: unknown): boolean {
  return error instanceof Error && error.name === 'RuntimeError';
}
