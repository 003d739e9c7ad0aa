import type { Augmentation } from '../../../core/data/dataUse.ts';

export type AugmentationKind = Augmentation['is'];

/** A random change as a form offers it. */
export interface AugmentationWords {
  readonly title: string;
  /** What is drawn, and its number as it starts; a change without a number has none. */
  readonly number?: { readonly name: string; readonly unit: string; readonly start: number };
}

export const augmentationKinds: Readonly<Record<AugmentationKind, AugmentationWords>> = {
  shift: { title: 'Shift', number: { name: 'pixels', unit: 'pixels', start: 2 } },
  rotate: { title: 'Rotate', number: { name: 'degrees', unit: 'degrees', start: 10 } },
  flip: { title: 'Flip sideways' },
  noise: { title: 'Noise', number: { name: 'deviation', unit: 'deviation', start: 0.1 } },
  'salt-and-pepper': {
    title: 'Salt and pepper',
    number: { name: 'share', unit: 'of the pixels', start: 0.05 },
  },
  blur: { title: 'Blur', number: { name: 'radius', unit: 'pixels', start: 1 } },
  contrast: { title: 'Contrast', number: { name: 'factor', unit: 'times', start: 1.5 } },
  occlude: { title: 'Cover a square', number: { name: 'pixels', unit: 'pixels', start: 4 } },
  invert: { title: 'Invert' },
  pixelate: { title: 'Pixelate', number: { name: 'pixels', unit: 'pixels', start: 2 } },
  gain: { title: 'Louder or softer', number: { name: 'decibels', unit: 'dB', start: 6 } },
  'time-shift': {
    title: 'Shift in time',
    number: { name: 'samples', unit: 'samples', start: 800 },
  },
  'drop-words': {
    title: 'Drop words',
    number: { name: 'share', unit: 'of the words', start: 0.1 },
  },
};

/** A change with the number it starts with. */
export function newAugmentation(is: AugmentationKind): Augmentation {
  const { number } = augmentationKinds[is];
  return withNumber({ is } as Augmentation, number?.start ?? 0);
}

/** A change with another number. */
export function withNumber(change: Augmentation, value: number): Augmentation {
  const { number } = augmentationKinds[change.is];
  return number === undefined ? change : { ...change, [number.name]: value };
}

/** The number of a change; 0 where it has none. */
export function numberOf(change: Augmentation): number {
  const { number } = augmentationKinds[change.is];
  return number === undefined ? 0 : Number(change[number.name as keyof Augmentation]);
}

/** A change in words: `Rotate (10 degrees)`. */
export function augmentationText(change: Augmentation): string {
  const { title, number } = augmentationKinds[change.is];
  return number === undefined ? title : `${title} (${numberOf(change)} ${number.unit})`;
}
