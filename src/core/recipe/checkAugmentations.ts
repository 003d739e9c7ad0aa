import type { Augmentation } from '../data/dataUse.ts';
import type { Json } from './recipe.ts';

interface Bounds {
  readonly min: number;
  readonly max: number;
}

/** The one number of each augmentation, or none. */
const strengths: {
  readonly [Kind in Augmentation['is']]: Readonly<
    Record<Exclude<keyof Extract<Augmentation, { readonly is: Kind }>, 'is'>, Bounds>
  >;
} = {
  noise: { deviation: { min: 0, max: 10 } },
  'salt-and-pepper': { share: { min: 0, max: 1 } },
  blur: { radius: { min: 0, max: 32 } },
  shift: { pixels: { min: 0, max: 1024 } },
  rotate: { degrees: { min: 0, max: 180 } },
  contrast: { factor: { min: 0, max: 10 } },
  occlude: { pixels: { min: 0, max: 1024 } },
  invert: {},
  pixelate: { pixels: { min: 1, max: 1024 } },
  flip: {},
  gain: { decibels: { min: 0, max: 60 } },
  'time-shift': { samples: { min: 0, max: 1e7 } },
  'drop-words': { share: { min: 0, max: 1 } },
};

/** Why a value is no list of augmentations, in words that end without a full stop; else undefined. */
export function checkAugmentations(value: Json): string | undefined {
  if (!Array.isArray(value)) return 'it is a list of augmentations';
  for (const each of value as readonly Json[]) {
    const reason = unfit(each);
    if (reason !== undefined) return reason;
  }
  return undefined;
}

function unfit(value: Json): string | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return 'each augmentation is an object';
  const given = value as Readonly<Record<string, Json>>;
  const { is } = given;
  if (typeof is !== 'string' || !Object.hasOwn(strengths, is))
    return `augmentations are ${Object.keys(strengths).join(', ')}`;
  const wanted: Readonly<Record<string, Bounds>> = strengths[is as Augmentation['is']];
  const extra = Object.keys(given).find((key) => key !== 'is' && !Object.hasOwn(wanted, key));
  if (extra !== undefined) return `the augmentation ${is} has no ${extra}`;
  for (const [key, { min, max }] of Object.entries(wanted)) {
    const number = given[key];
    if (typeof number !== 'number' || !(number >= min && number <= max))
      return `${key} of the augmentation ${is} is between ${min} and ${max}`;
  }
  return undefined;
}
