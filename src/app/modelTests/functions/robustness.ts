import type { Augmentation } from '../../../core/data/dataUse.ts';
import { LineageError } from '../../../core/lineageError.ts';
import { classify } from '../../../core/modelTests/metrics/classification.ts';
import type { Metric } from '../../../core/modelTests/modelTest.ts';
import { typedArguments } from '../../../core/recipe/checkArguments.ts';
import type { Arguments } from '../../../core/recipe/recipe.ts';
import type { Schema } from '../../../core/recipe/schema.ts';
import type { TestContext, TestFunction } from '../testFunction.ts';
import { classScoresOf, outputField } from './classification.ts';
import { unfitForPrediction } from './networkOf.ts';
import { errorsOf } from './regression.ts';

const id = 'robustness';

const schema = {
  changes: {
    is: 'augmentations',
    default: [{ is: 'noise', deviation: 0.1 }],
    title: 'Changes',
    help: 'Each is applied by itself, at its full strength, to all examples; the same for every model.',
  },
  metric: {
    is: 'choice',
    default: 'accuracy',
    options: [
      { value: 'accuracy', title: 'Accuracy' },
      { value: 'f1', title: 'F1' },
      { value: 'loss', title: 'Loss' },
      { value: 'mae', title: 'Mean absolute error (of numbers)' },
    ],
    title: 'Metric',
    help: 'What is compared with and without the changes.',
  },
  output: outputField,
} as const satisfies Schema;

/** How much a model loses when its inputs are disturbed. */
export const robustness: TestFunction = {
  id,
  version: 1,
  title: 'Robustness',
  summary:
    'What is left of a metric when the examples are noisy, blurred, shifted or otherwise disturbed.',
  data: 'needed',
  schema,
  metrics: (given) => {
    const { metric } = typedArguments({ id, schema }, given);
    const higher = metric === 'accuracy' || metric === 'f1';
    const direction = higher ? 'max' : 'min';
    const unit = higher ? { unit: 'share' } : {};
    const each = (name: string, title: string): Metric => ({
      name,
      title,
      direction,
      tolerance: higher ? { is: 'absolute', value: 0.02 } : { is: 'relative', value: 0.05 },
      ...unit,
    });
    const changes = changesOf(given);
    return [
      each('clean', 'Undisturbed'),
      each('worst', 'Under the worst change'),
      {
        name: 'drop',
        title: 'Lost on average',
        direction: 'min',
        tolerance: { is: 'absolute', value: higher ? 0.02 : 0.05 },
        ...unit,
      },
      ...changes.map((change, at) => each(nameOf(changes, at), titleOf(change))),
    ];
  },
  check(given) {
    if (changesOf(given).length === 0)
      throw new LineageError('test-invalid', {
        field: 'arguments.changes',
        reason: 'choose at least one change',
      });
  },
  unfit: unfitForPrediction,
  async run(context) {
    const { metric, output } = typedArguments({ id, schema }, context.args);
    const changes = changesOf(context.args);
    const always = context.test.data?.perturb ?? [];
    const clean = await measure(context, metric, output, always);
    const under: number[] = [];
    for (const change of changes) {
      context.run.signal.throwIfAborted();
      under.push((await measure(context, metric, output, [...always, change])).value);
    }
    const higher = metric === 'accuracy' || metric === 'f1';
    const mean = under.reduce((sum, value) => sum + value, 0) / under.length;
    return {
      metrics: {
        clean: clean.value,
        worst: higher ? Math.min(...under) : Math.max(...under),
        drop: higher ? clean.value - mean : mean - clean.value,
        ...Object.fromEntries(under.map((value, at) => [nameOf(changes, at), value])),
      },
      examples: clean.examples,
    };
  },
};

async function measure(
  context: TestContext,
  metric: 'accuracy' | 'f1' | 'loss' | 'mae',
  output: string,
  perturb: readonly Augmentation[],
): Promise<{ readonly value: number; readonly examples: number }> {
  if (metric === 'mae') {
    const { errors, fed } = await errorsOf(context, output, { perturb });
    return { value: errors.mae, examples: fed.prepared.count };
  }
  const { scores, classes, fed } = await classScoresOf(context, output, { perturb });
  const { metrics } = classify(scores, classes, { topK: 1, bins: 15 });
  return { value: metrics[metric], examples: fed.prepared.count };
}

function changesOf(given: Arguments): readonly Augmentation[] {
  // Checked by the schema: `checkAugmentations`.
  return typedArguments({ id, schema }, given).changes as unknown as readonly Augmentation[];
}

/** `noise`, and `noise 2` for the second of the kind. */
function nameOf(changes: readonly Augmentation[], at: number): string {
  const is = changes[at]?.is ?? '';
  const before = changes.slice(0, at).filter((each) => each.is === is).length;
  return before === 0 ? is : `${is} ${before + 1}`;
}

function titleOf({ is, ...strength }: Augmentation): string {
  const words = Object.values(strength).map(String).join(', ');
  return `Under ${is}${words === '' ? '' : ` ${words}`}`;
}
