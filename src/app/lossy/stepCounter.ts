import type { QuantiseOrder } from '../../core/lossy/quantise.ts';
import { unwatched } from '../../core/ports/run.ts';
import type { Compute } from '../../core/ports/compute.ts';
import { chooseArithmetic, type ChosenArithmetic } from '../arithmetic/chooseArithmetic.ts';

/** Tensors below a chunk's size are counted sooner than they are handed over. */
const worthHanding = 1 << 20;

/**
 * The steps of an order's elements, as `stepsBetween` counts them; undefined where the quantiser itself
 * counts as fast: small tensors, other types than float32, no base.
 */
export type StepCounter = (order: QuantiseOrder) => Promise<Int32Array | undefined>;

/** Counts where a first large tensor's probe shows it is fastest: WebGPU, wasm, or here. */
export function stepCounter(compute: Compute, now: () => number): StepCounter {
  let chosen: Promise<ChosenArithmetic> | undefined;
  return async ({ dtype, bytes, base, step, deadZone = 0 }) => {
    if (dtype !== 'f32' || base === undefined || deadZone > 0) return undefined;
    if (bytes.length < 4 * worthHanding) return undefined;
    chosen ??= chooseArithmetic(compute, now, unwatched.signal);
    const { on, arithmetic } = await chosen;
    if (on === 'plain') return undefined;
    // A device that is lost meanwhile costs nothing but its speed.
    return arithmetic.steps(floats(bytes), floats(base), step).catch(() => undefined);
  };
}

/** A view of the elements, or a copy where they do not begin at a multiple of four bytes. */
function floats(bytes: Uint8Array): Float32Array {
  const aligned = bytes.byteOffset % 4 === 0 ? bytes : bytes.slice();
  return new Float32Array(aligned.buffer, aligned.byteOffset, bytes.length >> 2);
}
