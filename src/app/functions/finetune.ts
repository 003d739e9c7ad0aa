import { trainableWeights } from '../../core/network/trainableWeights.ts';
import { typedArguments, type ArgumentsOf } from '../../core/recipe/checkArguments.ts';
import type { Schema } from '../../core/recipe/schema.ts';
import type { CreationFunction, JobOrder, PlanContext } from '../create/creationFunction.ts';
import { checkSettings, fitHeads, givenData, headField, parametersOf } from './adaptation.ts';
import { chosenWeights, layerFields } from './chosenWeights.ts';
import { headsFor, yesOrNoSteps } from './headsFor.ts';
import { madeFile, outcomeOf } from './madeWeights.ts';
import { trainingFields, trainSettings } from './trainingFields.ts';
import { onlyParent, unfitForTraining } from './trainingParents.ts';
import { counted, listed, plural } from './wording.ts';

const id = 'finetune';

const schema = {
  ...layerFields,
  head: headField,
  ...trainingFields,
  batchNorm: {
    is: 'choice',
    default: 'auto',
    options: [
      { value: 'auto', title: 'With all layers, of the batch; else frozen' },
      { value: 'batch', title: 'Of the batch' },
      { value: 'frozen', title: 'Frozen' },
    ],
    advanced: true,
    title: 'Batch normalisation',
    help: 'Whether it uses and updates the statistics of the examples at hand, or keeps those it has.',
  },
  dropout: {
    is: 'choice',
    default: 'as-in-network',
    options: [
      { value: 'as-in-network', title: 'As in the model' },
      { value: 'off', title: 'Off' },
    ],
    advanced: true,
    title: 'Dropout',
    help: 'Randomly leaves out units while training, against overfitting, where the model has it.',
  },
} as const satisfies Schema;

interface Prepared {
  readonly order: () => Promise<JobOrder>;
  readonly order0: Omit<JobOrder, 'data'>;
  readonly fresh: readonly string[];
}

async function prepare(context: PlanContext, args: ArgumentsOf<typeof schema>): Promise<Prepared> {
  checkSettings(id, args);
  const use = givenData(context, args.augment);
  const parent = await onlyParent(context.parents).network();
  const { network, fresh } = fitHeads(parent, use, args.head, context.seed);
  const trainable = chosenWeights(id, network, args, fresh);
  const whole = trainable.length === trainableWeights(network).length;
  const auto = whole ? 'batch' : 'frozen';
  const settings = trainSettings(args, {
    seed: context.seed,
    batchNorm: args.batchNorm === 'auto' ? auto : args.batchNorm,
    dropout: args.dropout,
  });
  const order0 = { network, trainable, heads: headsFor(network, use, args), settings };
  const order = async (): Promise<JobOrder> => ({ ...order0, data: await context.prepare(use) });
  return { order, order0, fresh };
}

/** Trains a model further on other data. */
export const finetune: CreationFunction = {
  id,
  version: 1,
  title: 'Finetune',
  summary:
    'Trains a model further on your data, so that it keeps what it has learnt and fits your task.',
  scenario: 'adaptation',
  parents: { min: 1, max: 1, role: 'base' },
  data: { min: 1, max: 1 },
  schema,
  unfit: unfitForTraining,

  async plan(context) {
    const args = typedArguments({ id, schema }, context.args);
    const { node } = onlyParent(context.parents);
    const { order, order0, fresh } = await prepare(context, args);
    const { network, trainable } = order0;
    const all = trainableWeights(network);
    const some = trainable.length < all.length ? ` in ${plural(trainable.length, 'tensor')}` : '';
    const replaced = `Replace the last layer by a new one with random weights (${listed(fresh)}).`;
    return {
      steps: [
        ...(fresh.length > 0 ? [replaced] : []),
        ...yesOrNoSteps(order0.heads, givenData(context, [])),
        `Train ${counted(parametersOf(network, trainable))} of ${counted(parametersOf(network, all))} parameters${some} for ${plural(args.epochs, 'epoch')}.`,
        args.keep === 'best'
          ? 'Keep the weights of the epoch with the lowest validation loss.'
          : 'Keep the weights of the last epoch.',
      ],
      models: [`${node.name}-finetuned`],
      warnings: args.learningRate === 0 ? ['The learning rate is 0: nothing will change.'] : [],
      job: order,
      jobs: 1,
    };
  },

  async make(context) {
    const args = typedArguments({ id, schema }, context.args);
    const parent = onlyParent(context.parents);
    const { order, order0, fresh } = await prepare(context, args);
    const job = await order();
    const before =
      fresh.length > 0 || job.data.test.count === 0
        ? undefined
        : await context.evaluate(order0.network, job.heads, job.data);
    const { weights, report } = await context.train(id, job);
    return [
      {
        name: `${parent.node.name}-finetuned`,
        file: madeFile(parent, order0.network, new Map([...freshOf(order0, fresh), ...weights])),
        parents: [{ from: { node: parent.node.id }, role: 'base' }],
        environment: report.environment,
        outcome: outcomeOf(report, before),
        report,
      },
    ];
  },
};

/** New heads are in the file even where training did not change them. */
function freshOf({ network }: Pick<JobOrder, 'network'>, fresh: readonly string[]) {
  return [...network.initializers].filter(([name]) => fresh.includes(name));
}
