import type { Augmentation, DataUse } from '../../core/data/dataUse.ts';
import { elementCount } from '../../core/dtype.ts';
import { LineageError } from '../../core/lineageError.ts';
import type { Network } from '../../core/network/network.ts';
import { replaceHead } from '../../core/network/surgery/replaceHead.ts';
import type { ArgumentsOf } from '../../core/recipe/checkArguments.ts';
import type { Json } from '../../core/recipe/recipe.ts';
import type { Schema } from '../../core/recipe/schema.ts';
import type { PlanContext } from '../create/creationFunction.ts';
import {
  checkInputs,
  givenAt,
  isYesOrNo,
  trainedOutputs,
  unitsOf,
  wantedUnits,
} from './headsFor.ts';
import type { trainingFields } from './trainingFields.ts';
import { unfitSettings } from './trainingFields.ts';

/** Whether the last layer stays: the same words in every function that may replace it. */
export const headField = {
  is: 'choice',
  default: 'auto',
  options: [
    { value: 'auto', title: 'Replace it if the classes differ in number' },
    { value: 'keep', title: 'Keep it' },
    { value: 'replace', title: 'Replace it' },
  ],
  title: 'Last layer',
  help: 'A new last layer begins at random and has a unit for each class of the data. One unit is enough for two classes.',
} as const satisfies Schema[string];

export type HeadChoice = 'auto' | 'keep' | 'replace';

/** A network made ready for a data set. */
export interface Fitted {
  readonly network: Network;
  /** Tensors of new heads. */
  readonly fresh: readonly string[];
  readonly outputs: readonly string[];
}

/**
 * The network with heads that fit the data.
 *
 * @throws LineageError `data-unfit`: inputs without data, no target. `network-unsupported`: a head that
 *   cannot be replaced.
 */
export function fitHeads(network: Network, use: DataUse, choice: HeadChoice, seed: number): Fitted {
  checkInputs(network, use);
  const outputs = trainedOutputs(network, use);
  let fitted = network;
  const fresh: string[] = [];
  for (const [index, output] of outputs.entries()) {
    const wanted = wantedUnits(use, output);
    const differs = unitsOf(network, output) !== wanted && !isYesOrNo(network, use, output);
    if (choice === 'keep' || (choice === 'auto' && !differs)) continue;
    const replaced = replaceHead(fitted, output, wanted, seed + index, givenAt(use, output));
    fitted = replaced.network;
    fresh.push(...replaced.tensors);
  }
  return { network: fitted, fresh, outputs };
}

/** The data with the augmentations of the arguments after its own. */
export function augmented(use: DataUse, augment: readonly Json[]): DataUse {
  if (augment.length === 0) return use;
  // Checked with the arguments, by `checkAugmentations`.
  const added = augment as unknown as readonly Augmentation[];
  return { ...use, augment: [...use.augment, ...added] };
}

/** The data set of a call, with the augmentations that its arguments ask for. */
export function givenData(context: Pick<PlanContext, 'data'>, augment: readonly Json[]): DataUse {
  const [use] = context.data;
  if (use === undefined) throw new Error('a call without data');
  return augmented(use, augment);
}

/** How many numbers some tensors of a network have together. */
export function parametersOf(network: Network, names: Iterable<string>): number {
  let sum = 0;
  for (const name of new Set(names))
    sum += elementCount(network.initializers.get(name)?.shape ?? [0]);
  return sum;
}

/** @throws LineageError `recipe-invalid` where settings contradict each other. */
export function checkSettings(id: string, args: ArgumentsOf<typeof trainingFields>): void {
  const found = unfitSettings(args);
  if (found !== undefined) throw new LineageError('recipe-invalid', { function: id, ...found });
}
