/** The state of dynamic loss scaling: what gradients are multiplied with in half precision. */
export interface LossScale {
  readonly scale: number;
  /** Finite steps since it changed. */
  readonly good: number;
}

/** Source: the defaults of PyTorch's torch.amp.GradScaler. */
const growAfter = 2000;
const largest = 2 ** 24;

export const firstLossScale: LossScale = { scale: 2 ** 16, good: 0 };

/**
 * The scale for the next step: half after a step whose gradients were not finite (which changed
 * nothing), twice after 2,000 good ones in a row.
 *
 * Source: Micikevicius et al., Mixed Precision Training, arXiv 1710.03740, §3.2.
 */
export function nextLossScale({ scale, good }: LossScale, finite: boolean): LossScale {
  if (!finite) return { scale: Math.max(1, scale / 2), good: 0 };
  return good + 1 < growAfter
    ? { scale, good: good + 1 }
    : { scale: Math.min(largest, scale * 2), good: 0 };
}
