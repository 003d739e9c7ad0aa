import { rangeOf, type Draws, type ImageForm, type Stored } from './form.ts';

/** Makes a share of the pixels, 0 to 1, the darkest or the lightest, all channels alike. */
export function saltAndPepper(
  values: Stored,
  form: ImageForm,
  share: number,
  { random }: Draws,
): void {
  const [low, high] = rangeOf(values);
  for (let y = 0; y < form.height; y++)
    for (let x = 0; x < form.width; x++) {
      const drawn = random.uniform();
      if (drawn >= share) continue;
      const value = drawn < share / 2 ? low : high;
      const at = y * form.rowStep + x * form.pixelStep;
      for (let c = 0; c < form.channels; c++) values[at + c * form.channelStep] = value;
    }
}
