import { headOf } from '../../core/network/surgery/replaceHead.ts';
import { headWeights } from '../../core/network/trainableWeights.ts';
import { typedArguments, type ArgumentsOf } from '../../core/recipe/checkArguments.ts';
import type { Schema } from '../../core/recipe/schema.ts';
import type { CreationFunction, JobOrder, PlanContext } from '../create/creationFunction.ts';
import { checkSettings, fitHeads, givenData, headField, parametersOf } from './adaptation.ts';
import { headsFor, yesOrNoSteps } from './headsFor.ts';
import { madeFile, outcomeOf } from './madeWeights.ts';
import { trainingFields, trainSettings } from './trainingFields.ts';
import { onlyParent, unfitForTraining } from './trainingParents.ts';
import { counted, plural } from './wording.ts';

const id = 'linear-probe';

const schema = {
  ...trainingFields,
  learningRate: { ...trainingFields.learningRate, default: 0.01 },
  epochs: { ...trainingFields.epochs, default: 5 },
  head: { ...headField, default: 'replace' },
} as const satisfies Schema;

async function order(context: PlanContext, args: ArgumentsOf<typeof schema>) {
  checkSettings(id, args);
  const use = givenData(context, args.augment);
  const parent = await onlyParent(context.parents).network();
  const { network, fresh, outputs } = fitHeads(parent, use, args.head, context.seed);
  const trainable = outputs.flatMap((output) => {
    const head = headOf(network, output);
    if (head === undefined) return headWeights(network, output);
    return head.bias === undefined ? [head.weight] : [head.weight, head.bias];
  });
  const own = { seed: context.seed, batchNorm: 'frozen', dropout: 'off' } as const;
  const job = {
    network,
    trainable: [...new Set(trainable)],
    heads: headsFor(network, use, args),
    settings: trainSettings(args, own),
  };
  const whole = async (): Promise<JobOrder> => ({ ...job, data: await context.prepare(use) });
  return { job, whole, fresh };
}

/** Trains the last layer alone. */
export const linearProbe: CreationFunction = {
  id,
  version: 1,
  title: 'Linear probe',
  summary:
    'Trains a new last layer only and leaves the rest of the model as it is: quick, and shows how much the model already knows about your task.',
  scenario: 'adaptation',
  parents: { min: 1, max: 1, role: 'base' },
  data: { min: 1, max: 1 },
  schema,
  unfit: unfitForTraining,

  async plan(context) {
    const args = typedArguments({ id, schema }, context.args);
    const { job, whole, fresh } = await order(context, args);
    return {
      steps: [
        ...(fresh.length > 0 ? ['Replace the last layer by a new one with random weights.'] : []),
        ...yesOrNoSteps(job.heads, givenData(context, [])),
        `Train its ${counted(parametersOf(job.network, job.trainable))} parameters for ${plural(args.epochs, 'epoch')}; all other weights stay.`,
      ],
      models: [`${onlyParent(context.parents).node.name}-probe`],
      warnings: [],
      job: whole,
      jobs: 1,
    };
  },

  async make(context) {
    const args = typedArguments({ id, schema }, context.args);
    const parent = onlyParent(context.parents);
    const { job, whole, fresh } = await order(context, args);
    const { weights, report } = await context.train(id, await whole());
    const heads = [...job.network.initializers].filter(([name]) => fresh.includes(name));
    return [
      {
        name: `${parent.node.name}-probe`,
        file: madeFile(parent, job.network, new Map([...heads, ...weights])),
        parents: [{ from: { node: parent.node.id }, role: 'base' }],
        environment: report.environment,
        outcome: outcomeOf(report),
        report,
      },
    ];
  },
};
