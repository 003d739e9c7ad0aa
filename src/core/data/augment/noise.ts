import { fitted, type Draws, type Form, type Stored } from './form.ts';

/**
 * Adds normal noise to each value. Of images in shares of the full range (255 for bytes), of waves of
 * the range −1 to 1, of numbers in standard deviations of each feature.
 */
export function addNoise(values: Stored, form: Form, deviation: number, { random }: Draws): void {
  const { units, run } =
    form.is === 'numbers'
      ? form
      : { units: ['image', 'spectrogram'].includes(form.is) ? [imageUnit(form)] : [1], run: 1 };
  for (let i = 0; i < values.length; i++) {
    const unit = units.length === 1 ? units[0] : units[Math.floor(i / run) % units.length];
    const noise = random.normal() * deviation * (unit ?? 1);
    values[i] = fitted(values, (values[i] as number) + noise);
  }
}

function imageUnit(form: Form): number {
  return 'unit' in form ? form.unit : 1;
}
