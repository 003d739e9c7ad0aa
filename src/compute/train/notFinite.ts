/** A loss or a tensor that is NaN or infinite: ends a run, which then looks for good weights to keep. */
export class NotFinite extends Error {
  override readonly name = 'NotFinite';
  /** 1-based: the step whose loss was not finite, or after which the tensor was not. */
  readonly step: number;
  /** `loss`, or the name of the tensor. */
  readonly where: string;

  constructor(step: number, where: string) {
    super(`${where} is not finite at step ${step}`);
    this.step = step;
    this.where = where;
  }
}
