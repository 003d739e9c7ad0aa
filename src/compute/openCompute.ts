import { ComputeService } from './computeService.ts';
import { describeAdapter } from './device/adapter.ts';
import { selfTest } from './device/selfTest.ts';
import { referenceRuntime } from './reference/referenceRuntime.ts';
import { openWasm } from './runtime/openWasm.ts';
import { openWebgpu } from './runtime/openWebgpu.ts';

/** Where compute runs. */
export interface ComputePlace {
  /** Name and version of the app, for recipes. */
  readonly app: string;
  /** Of wasm; settled for the life of the worker. */
  readonly threads: number;
  /** Logical processors, as `navigator.hardwareConcurrency` says. */
  readonly cores: number;
  /** Whether memory can be shared between threads: `crossOriginIsolated`. */
  readonly isolated: boolean;
}

/**
 * Compute on what this thread has. Nothing is loaded yet: a backend's runtime comes with its first use, and
 * WebGPU is checked against the plain backend before anything is trusted to it.
 */
export function openCompute({ app, threads, cores, isolated }: ComputePlace): ComputeService {
  return new ComputeService({
    app,
    describeAdapter,
    wasm: { threads, cores, isolated },
    openers: {
      wasm: () => openWasm(threads),
      webgpu: async () => {
        const runtime = await openWebgpu();
        await selfTest(runtime);
        return runtime;
      },
      reference: () => Promise.resolve(referenceRuntime()),
    },
  });
}
