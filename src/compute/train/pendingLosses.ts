import { numbersOf } from '../../core/network/literal.ts';
import type { Head } from '../../core/training/settings.ts';
import type { Held } from '../runtime/runtime.ts';

/** Losses that are still on the device: of one run's steps, in one tensor for each micro-batch. */
export interface PendingLosses {
  /** 1-based. */
  readonly firstStep: number;
  readonly steps: number;
  /** Each f32 `[heads]`, or `[steps or more, heads]`; they add up. */
  readonly parts: readonly Held[];
  /** Of half precision: f32 scalar, 1 where the step was applied. */
  readonly finite?: Held;
}

/** What was read back of a run. */
export interface ReadLosses {
  /** Of each step, the heads weighted. */
  readonly losses: readonly number[];
  /** Whether the step was applied; false only in half precision. */
  readonly applied: boolean;
}

/** Reads the losses and frees them. */
export async function readLosses(
  { steps, parts, finite }: PendingLosses,
  heads: readonly Head[],
): Promise<ReadLosses> {
  const losses = new Array<number>(steps).fill(0);
  for (const part of parts) {
    const numbers = numbersOf(await part.read());
    for (let step = 0; step < steps; step++)
      for (const [head, { weight }] of heads.entries())
        losses[step] =
          (losses[step] ?? 0) + weight * (numbers[step * heads.length + head] ?? Number.NaN);
  }
  const applied = finite === undefined || numbersOf(await finite.read())[0] === 1;
  freeLosses({ parts, ...(finite === undefined ? {} : { finite }) });
  return { losses, applied };
}

export function freeLosses({ parts, finite }: Pick<PendingLosses, 'parts' | 'finite'>): void {
  for (const part of parts) part.free();
  finite?.free();
}
