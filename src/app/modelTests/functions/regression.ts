import { LineageError } from '../../../core/lineageError.ts';
import {
  regressionErrors,
  type RegressionErrors,
} from '../../../core/modelTests/metrics/regressionErrors.ts';
import type { Metric } from '../../../core/modelTests/modelTest.ts';
import { numbersOf } from '../../../core/network/literal.ts';
import { typedArguments } from '../../../core/recipe/checkArguments.ts';
import type { Schema } from '../../../core/recipe/schema.ts';
import { feedsOf } from '../feeds.ts';
import type { FedData, TestContext, TestFunction } from '../testFunction.ts';
import { outputField } from './classification.ts';
import { unfitForPrediction } from './networkOf.ts';

const id = 'regression';
const schema = { output: outputField } as const satisfies Schema;

const error = (name: string, title: string): Metric => ({
  name,
  title,
  direction: 'min',
  tolerance: { is: 'relative', value: 0.02 },
});

/** How far predicted numbers are from the true ones. */
export const regression: TestFunction = {
  id,
  version: 1,
  title: 'Regression',
  summary: 'How far the predicted numbers are from the true ones, in the unit of the data.',
  data: 'needed',
  schema,
  metrics: () => [
    error('mae', 'Mean absolute error'),
    error('rmse', 'Root mean squared error'),
    {
      name: 'r2',
      title: 'Share of the variance explained (R²)',
      direction: 'max',
      tolerance: { is: 'absolute', value: 0.01 },
    },
    error('maxError', 'Largest error'),
  ],
  unfit: unfitForPrediction,
  async run(context) {
    const { output } = typedArguments({ id, schema }, context.args);
    const { errors, fed } = await errorsOf(context, output);
    return { metrics: { ...errors }, examples: fed.prepared.count };
  },
};

/** @throws LineageError `data-unfit` where the data has no number to compare with. */
export async function errorsOf(
  context: TestContext,
  output: string,
  change?: Parameters<TestContext['fed']>[0],
): Promise<{ readonly errors: RegressionErrors; readonly fed: FedData }> {
  const network = await context.model.network();
  const fed = await context.fed(change);
  const head = [...fed.prepared.targets].find(
    ([name, { use }]) => use.classes === undefined && (output === '' || output === name),
  );
  if (head === undefined)
    throw unfit('the data has no numbers to compare with: use a classification test');
  const [name, { use, values }] = head;
  const made = (await context.predict(network, feedsOf(network, fed.prepared))).get(name);
  if (made === undefined) throw unfit(`the model has no output "${name}"`);
  const { mean = 0, deviation = 1 } = use;
  const predictions = numbersOf(made).map((value) => value * deviation + mean);
  if (predictions.length !== values.length)
    throw unfit(`the output ${name} has shape [${made.shape.join(', ')}] and the data one number`);
  const errors = regressionErrors(predictions, values);
  if (errors === undefined) throw unfit('no example has a number to compare with');
  return { errors, fed };
}

function unfit(reason: string): LineageError {
  return new LineageError('data-unfit', { reason });
}
