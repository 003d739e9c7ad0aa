import type { DataUse } from '../../core/data/dataUse.ts';
import { LineageError } from '../../core/lineageError.ts';
import type { Network } from '../../core/network/network.ts';
import { sigmoidBehind } from '../../core/network/sigmoidBehind.ts';
import { headOf } from '../../core/network/surgery/replaceHead.ts';
import type { Head, Loss } from '../../core/training/settings.ts';
import { listed } from './wording.ts';

/** How many units a new head gets: one for each class, or one for a number. */
export function wantedUnits(use: DataUse, output: string): number {
  return use.targets[output]?.classes?.length ?? 1;
}

/** Whether the data has classes or a number for an output. */
export function givenAt(use: DataUse, output: string): 'classes' | 'numbers' {
  return use.targets[output]?.classes === undefined ? 'numbers' : 'classes';
}

/** Whether one unit is to tell two classes apart: it says how likely the second one is. */
export function isYesOrNo(network: Network, use: DataUse, output: string): boolean {
  return use.targets[output]?.classes?.length === 2 && unitsOf(network, output) === 1;
}

/** Units of an output as the network has it; undefined where that is not known. */
export function unitsOf(network: Network, output: string): number | undefined {
  const head = headOf(network, output);
  if (head !== undefined) return head.units;
  const shape = network.outputs.find(({ name }) => name === output)?.shape ?? [];
  if (shape.length === 1) return 1;
  const last = shape.at(-1);
  return typeof last === 'number' ? last : undefined;
}

/** The outputs that the data has targets for. @throws LineageError `data-unfit`. */
export function trainedOutputs(network: Network, use: DataUse): readonly string[] {
  const outputs = network.outputs.map(({ name }) => name).filter((name) => use.targets[name]);
  if (outputs.length > 0) return outputs;
  const known = listed(network.outputs.map(({ name }) => name));
  throw unfit(`nothing in ${use.name} is the target of an output of this model (${known})`);
}

/** Every input is fed by the data. @throws LineageError `data-unfit`. */
export function checkInputs(network: Network, use: DataUse): void {
  const missing = network.inputs.map(({ name }) => name).filter((name) => !use.inputs[name]);
  if (missing.length > 0)
    throw unfit(`the model also needs ${listed(missing)}, and ${use.name} does not give it`);
}

export interface LossWords {
  readonly labelSmoothing: number;
  readonly numberLoss: 'mean-squared-error' | 'mean-absolute-error' | 'huber';
}

/**
 * A loss at each output that the data has a target for.
 *
 * @throws LineageError `data-unfit` where an output has another number of units than the data wants.
 */
export function headsFor(network: Network, use: DataUse, words: LossWords): readonly Head[] {
  return trainedOutputs(network, use).map((output): Head => {
    const classes = use.targets[output]?.classes;
    const units = unitsOf(network, output);
    const wanted = wantedUnits(use, output);
    checkClasses(use, output);
    if (isYesOrNo(network, use, output)) return yesOrNoHead(network, output, words);
    if (units !== undefined && units !== wanted)
      throw unfit(
        classes === undefined
          ? `the output ${output} has ${units} numbers and the data one; replace the head`
          : `the output ${output} has ${units} classes and the data ${wanted}; replace the head`,
      );
    return { output, loss: lossOf(classes !== undefined, words), weight: 1 };
  });
}

/** @throws LineageError `data-unfit` where all examples are of one class. */
function checkClasses(use: DataUse, output: string): void {
  const classes = use.targets[output]?.classes;
  if (classes !== undefined && classes.length < 2)
    throw unfit(
      `all of ${use.name} is of one class (${listed(classes)}), so there is nothing to learn: choose another column or add examples of other classes`,
    );
}

function yesOrNoHead(network: Network, output: string, { labelSmoothing }: LossWords): Head {
  if (sigmoidBehind(network, output)?.direct === false)
    throw unfit(
      `the output ${output} mixes several probabilities, so its one unit cannot be trained; replace the last layer`,
    );
  const loss = {
    is: 'binary-cross-entropy',
    ...(labelSmoothing > 0 ? { labelSmoothing } : {}),
  } as const;
  return { output, loss, weight: 1 };
}

/** What is to be known of yes-or-no outputs: which class is the yes. */
export function yesOrNoSteps(heads: readonly Head[], use: DataUse): readonly string[] {
  return heads.flatMap(({ output, loss }) => {
    const [no = '', yes = ''] = use.targets[output]?.classes ?? [];
    return loss.is === 'binary-cross-entropy'
      ? [`The one unit of ${output} learns how likely “${yes}” is; below 0.5 it says “${no}”.`]
      : [];
  });
}

function lossOf(hasClasses: boolean, { labelSmoothing, numberLoss }: LossWords): Loss {
  if (hasClasses) return { is: 'cross-entropy', ...(labelSmoothing > 0 ? { labelSmoothing } : {}) };
  return numberLoss === 'huber' ? { is: 'huber', delta: 1 } : { is: numberLoss };
}

function unfit(reason: string): LineageError {
  return new LineageError('data-unfit', { reason });
}
