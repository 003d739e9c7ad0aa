import { wasmKernels } from '../wasm/wasmKernels.ts';
import { plainKernels } from './plainKernels.ts';
import type { TensorKernels } from './tensorKernels.ts';

let fast: TensorKernels | undefined | 'not tried' = 'not tried';

/**
 * Runs `work` on the fastest kernels that take the chunk; it is to begin with `open`, and gives
 * undefined where that gives false.
 *
 * @throws whatever `work` throws. A trap of the module is a fault of ours: it is passed on, and the
 *   next chunk gets a new instance.
 */
export function withKernels<T>(work: (kernels: TensorKernels) => T | 'too large'): T {
  if (fast === 'not tried') fast = wasmKernels();
  if (fast !== undefined) {
    const kernels = fast;
    fast = 'not tried';
    const result = work(kernels);
    // Not reached after an error, whose cause may have left anything in the instance's memory.
    fast = kernels;
    if (result !== 'too large') return result;
  }
  const result = work(plainKernels());
  if (result === 'too large') throw new Error('the plain kernels take every chunk');
  return result;
}
