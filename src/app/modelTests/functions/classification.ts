import { classify } from '../../../core/modelTests/metrics/classification.ts';
import { classScores, type ClassScores } from '../../../core/modelTests/metrics/classScores.ts';
import { LineageError } from '../../../core/lineageError.ts';
import type { Metric } from '../../../core/modelTests/modelTest.ts';
import { numbersOf } from '../../../core/network/literal.ts';
import { sigmoidBehind } from '../../../core/network/sigmoidBehind.ts';
import { typedArguments } from '../../../core/recipe/checkArguments.ts';
import type { Schema } from '../../../core/recipe/schema.ts';
import { feedsOf } from '../feeds.ts';
import type { FedData, TestContext, TestFunction } from '../testFunction.ts';
import { unfitForPrediction } from './networkOf.ts';

const id = 'classification';

export const outputField = {
  is: 'text',
  default: '',
  maxLength: 200,
  advanced: true,
  title: 'Output',
  help: 'The output that is measured, of a model with several; empty: the first that the data has a target for.',
} as const;

const schema = {
  topK: {
    is: 'number',
    default: 5,
    min: 1,
    max: 100,
    whole: true,
    title: 'Top k',
    help: 'How many of the likeliest classes count as a hit for the top-k accuracy.',
  },
  bins: {
    is: 'number',
    default: 15,
    min: 2,
    max: 100,
    whole: true,
    advanced: true,
    title: 'Calibration bins',
    help: 'Into how many equal ranges of confidence the examples are put for the calibration error.',
  },
  output: outputField,
} as const satisfies Schema;

const share = (name: string, title: string, value = 0.01): Metric => ({
  name,
  title,
  direction: 'max',
  tolerance: { is: 'absolute', value },
  unit: 'share',
});

/** What a classifier gets right, and how sure it is of it. */
export const classification: TestFunction = {
  id,
  version: 1,
  title: 'Classification',
  summary:
    'How often the model names the right class, by class and overall, and whether it is as sure as it is right.',
  data: 'needed',
  schema,
  metrics: (given) => {
    const { topK } = typedArguments({ id, schema }, given);
    return [
      share('accuracy', 'Accuracy'),
      { name: 'loss', title: 'Loss', direction: 'min', tolerance: { is: 'relative', value: 0.02 } },
      share('topK', `Top-${topK} accuracy`),
      share('precision', 'Precision, mean of the classes', 0.02),
      share('recall', 'Recall, mean of the classes', 0.02),
      share('f1', 'F1, mean of the classes', 0.02),
      share('auc', 'Area under the ROC curve, each class against the rest'),
      {
        name: 'ece',
        title: 'Calibration error (ECE)',
        direction: 'min',
        tolerance: { is: 'absolute', value: 0.02 },
        unit: 'share',
      },
    ];
  },
  unfit: unfitForPrediction,
  async run(context) {
    const { topK, bins, output } = typedArguments({ id, schema }, context.args);
    const { scores, classes, fed } = await classScoresOf(context, output);
    const { metrics, details } = classify(scores, classes, { topK, bins });
    return { metrics: { ...metrics }, details, examples: fed.prepared.count };
  },
};

/**
 * A model's class probabilities on the test's examples.
 *
 * @throws LineageError `data-unfit` where nothing tells classes, or the output has another number of units.
 */
export async function classScoresOf(
  context: TestContext,
  output: string,
  change?: Parameters<TestContext['fed']>[0],
): Promise<{
  readonly scores: ClassScores;
  readonly classes: readonly string[];
  readonly fed: FedData;
}> {
  const network = await context.model.network();
  const fed = await context.fed(change);
  const { targets } = fed.prepared;
  const heads = [...targets].filter(
    ([name, { use }]) => use.classes !== undefined && (output === '' || output === name),
  );
  const [head] = heads;
  if (head === undefined)
    throw unfit(
      output === ''
        ? 'the data has no classes to compare with: use a regression test, or choose other data'
        : `nothing in the data is the class that "${output}" tells`,
    );
  const [name, { use, values }] = head;
  const outputs = await context.predict(network, feedsOf(network, fed.prepared));
  const made = outputs.get(name);
  if (made === undefined) throw unfit(`the model has no output "${name}"`);
  const { classes = [] } = use;
  const scores = classScores(
    numbersOf(made),
    values as Int32Array,
    classes.length,
    sigmoidBehind(network, name) !== undefined,
  );
  if (scores === undefined)
    throw unfit(
      `the output ${name} has shape [${made.shape.join(', ')}] and the data ${classes.length} classes`,
    );
  return { scores, classes, fed };
}

function unfit(reason: string): LineageError {
  return new LineageError('data-unfit', { reason });
}
