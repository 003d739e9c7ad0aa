import type { Augmentation } from '../dataUse.ts';
import { blur } from './blur.ts';
import { dropWords } from './dropWords.ts';
import type { Draws, Form, ImageForm, Stored } from './form.ts';
import { flip, rotate, shift } from './moveImage.ts';
import { addNoise } from './noise.ts';
import { saltAndPepper } from './saltAndPepper.ts';
import { gain, timeShift } from './sound.ts';
import { contrast, invert, occlude, pixelate } from './tone.ts';

/** What each augmentation can be applied to. */
export const augmentable: Readonly<Record<Augmentation['is'], readonly Form['is'][]>> = {
  noise: ['image', 'spectrogram', 'wave', 'numbers'],
  'salt-and-pepper': ['image'],
  blur: ['image', 'spectrogram'],
  shift: ['image', 'spectrogram'],
  rotate: ['image'],
  contrast: ['image'],
  occlude: ['image', 'spectrogram'],
  invert: ['image'],
  pixelate: ['image'],
  flip: ['image'],
  gain: ['wave'],
  'time-shift': ['wave'],
  'drop-words': ['tokens'],
};

/**
 * Changes one example's stored numbers in place, if the augmentation applies to what they are. The
 * same draws give the same change on every machine.
 *
 * @returns whether it applies.
 */
export function applyAugmentation(
  values: Stored,
  form: Form,
  augmentation: Augmentation,
  draws: Draws,
): boolean {
  if (!augmentable[augmentation.is].includes(form.is)) return false;
  if (augmentation.is === 'noise') addNoise(values, form, augmentation.deviation, draws);
  else if (form.is === 'image' || form.is === 'spectrogram')
    change(imageChanges, values, augmentation, draws, form);
  else change(sequenceChanges, values, augmentation, draws, form);
  return true;
}

/** By kind, what it does; each gets the augmentation of its own kind. */
type Changes<F> = {
  readonly [K in Augmentation['is']]?: (
    values: Stored,
    change: Extract<Augmentation, { readonly is: K }>,
    draws: Draws,
    form: F,
  ) => void;
};

const imageChanges: Changes<ImageForm> = {
  'salt-and-pepper': (values, { share }, draws, form) => {
    saltAndPepper(values, form, share, draws);
  },
  blur: (values, { radius }, draws, form) => {
    blur(values, form, radius, draws);
  },
  shift: (values, { pixels }, draws, form) => {
    shift(values, form, pixels, draws);
  },
  rotate: (values, { degrees }, draws, form) => {
    rotate(values, form, degrees, draws);
  },
  contrast: (values, { factor }, draws) => {
    contrast(values, factor, draws);
  },
  occlude: (values, { pixels }, draws, form) => {
    occlude(values, form, pixels, draws);
  },
  invert: (values, _, draws) => {
    invert(values, draws);
  },
  pixelate: (values, { pixels }, draws, form) => {
    pixelate(values, form, pixels, draws);
  },
  flip: (values, _, draws, form) => {
    flip(values, form, draws);
  },
};

const sequenceChanges: Changes<Form> = {
  gain: (values, { decibels }, draws) => {
    gain(values, decibels, draws);
  },
  'time-shift': (values, { samples }, draws) => {
    timeShift(values, samples, draws);
  },
  'drop-words': (values, { share }, draws) => {
    dropWords(values, share, draws);
  },
};

function change<F>(
  changes: Changes<F>,
  values: Stored,
  augmentation: Augmentation,
  draws: Draws,
  form: F,
): void {
  // The entry of a kind takes the augmentations of that kind, which types cannot follow here.
  const run = changes[augmentation.is] as
    ((values: Stored, change: Augmentation, draws: Draws, form: F) => void) | undefined;
  if (run === undefined) throw new Error(`no way to apply ${augmentation.is}`);
  run(values, augmentation, draws, form);
}
