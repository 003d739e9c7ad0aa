import type { SampleView, TryInput } from '../../core/creationViews.ts';
import type { Preprocessing } from '../../core/data/dataUse.ts';

/**
 * An example of a data set as an input for a model.
 *
 * @param columns - names of a row's values.
 * @returns undefined where the sample does not hold what the input takes (of a sound only its outline is
 *   at hand).
 */
export function sampleInput(
  sample: SampleView,
  columns: readonly string[],
  of: Preprocessing,
): TryInput | undefined {
  if (sample.is === 'image' && of.is === 'image')
    return {
      is: 'pixels',
      width: sample.width,
      height: sample.height,
      channels: sample.channels,
      pixels: sample.pixels,
    };
  if (sample.is === 'text' && of.is === 'tokens') return { is: 'text', text: sample.text };
  if (sample.is === 'row' && of.is === 'numbers') {
    const values = of.columns.map((name) => Number(sample.values[columns.indexOf(name)]));
    return values.length > 0 && values.every(Number.isFinite)
      ? { is: 'numbers', values }
      : undefined;
  }
  return undefined;
}
