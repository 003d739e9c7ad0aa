import type { MemoryPlan } from '../../../src/autograd/memory/plan.ts';
import type { MemoryNow } from './watchMemory.ts';
import type { Trial } from './trials.ts';

/** Who trains, and where. */
export type Who =
  | {
      readonly is: 'ours';
      readonly device: 'wasm';
      readonly threads: number;
      readonly loop: number;
    }
  | { readonly is: 'ours'; readonly device: 'webgpu' }
  | { readonly is: 'jax-js' | 'TensorFlow.js'; readonly device: 'wasm' | 'webgpu' };

/** Milliseconds of a step and its loss. */
export interface Timed {
  readonly ms: number;
  readonly loss: number;
}

/** One framework in a worker of its own, training one model at a time. */
export interface Contestant {
  readonly prepare: (trial: Trial) => Promise<void>;
  /** Goes on training; a time for each step, its loss read. Data are ready before a clock starts. */
  readonly steps: (count: number) => Promise<Timed[]>;
  /** Of one step, by operator, in ms; only where there is a profiler. */
  readonly profile?: (trial: Trial, runs: number) => Promise<Record<string, number>>;
  /** What the trial should take by our own reckoning. */
  readonly plan?: (trial: Trial) => Promise<MemoryPlan>;
  readonly memory?: () => Promise<MemoryNow>;
  readonly free: () => void;
}
