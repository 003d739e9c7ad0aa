/** First factor of a loss in half precision, and the steps after which a larger one is tried. */
const first = 2 ** 15;
const patience = 2000;

/**
 * The factor that keeps gradients of half precision from vanishing: halved when they overflow, doubled
 * after many steps without. Source: Micikevicius et al., Mixed Precision Training, arXiv 1710.03740, §3.2.
 */
export class LossScale {
  #value: number;
  #good = 0;

  constructor(value = first) {
    this.#value = value;
  }

  get value(): number {
    return this.#value;
  }

  /** @param finite - whether a step's gradients were, and it was applied. */
  saw(finite: boolean): void {
    if (!finite) {
      this.#value = Math.max(1, this.#value / 2);
      this.#good = 0;
    } else if (++this.#good === patience) {
      this.#value *= 2;
      this.#good = 0;
    }
  }
}
