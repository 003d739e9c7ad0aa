import { literal } from '../../core/network/literal.ts';
import type { Literal, Network } from '../../core/network/network.ts';
import { fuseLora, insertLora, loraNames, loraTargets } from '../../core/network/surgery/lora.ts';
import { LineageError } from '../../core/lineageError.ts';
import { typedArguments, type ArgumentsOf } from '../../core/recipe/checkArguments.ts';
import type { Schema } from '../../core/recipe/schema.ts';
import type {
  CreationFunction,
  JobOrder,
  MadeFile,
  PlanContext,
} from '../create/creationFunction.ts';
import { checkSettings, fitHeads, givenData, headField, parametersOf } from './adaptation.ts';
import { adapterScale } from './adapterScale.ts';
import { headsFor, yesOrNoSteps } from './headsFor.ts';
import { madeFile, outcomeOf } from './madeWeights.ts';
import { trainingFields, trainSettings } from './trainingFields.ts';
import { onlyParent, unfitForTraining } from './trainingParents.ts';
import { counted, listed, plural } from './wording.ts';

const id = 'lora';

const schema = {
  rank: {
    is: 'number', default: 4, min: 1, max: 256, whole: true,
    title: 'Rank',
    help: 'How many directions each layer may change in: higher adapts more and takes more space.',
  },
  alpha: {
    is: 'number', default: 8, min: 0.01, max: 1024, whole: false, advanced: true,
    title: 'Alpha',
    help: 'Strength of the change: it is multiplied by alpha / rank.',
  },
  targets: {
    is: 'choice', default: 'linear',
    options: [
      { value: 'linear', title: 'All linear layers' },
      { value: 'pointwise', title: 'Linear layers and 1 × 1 convolutions' },
      { value: 'pattern', title: 'Tensors by name' },
    ],
    title: 'Layers to adapt',
    help: 'Only matrices can be adapted this way.',
  },
  pattern: {
    is: 'text', default: '', maxLength: 200,
    when: { field: 'targets', is: ['pattern'] },
    title: 'Names',
    help: 'Parts of tensor names, separated by commas: "query, value" adapts every matrix with one of them in its name.',
  },
  output: {
    is: 'choice', default: 'fuse',
    options: [
      { value: 'fuse', title: 'A whole model' },
      { value: 'adapter', title: 'The adapter alone' },
    ],
    title: 'Result',
    help: 'An adapter is a tiny file that can be fused into the base later; a whole model can be used at once.',
  },
  head: headField,
  ...trainingFields,
  learningRate: { ...trainingFields.learningRate, default: 0.003 },
} as const satisfies Schema; // prettier-ignore

type LoraArguments = ArgumentsOf<typeof schema>;

/** @throws LineageError `recipe-invalid` where nothing can be adapted. */
function targetsOf(
  network: Network,
  args: LoraArguments,
  fresh: readonly string[],
): readonly string[] {
  const all = loraTargets(network, args.targets !== 'linear').filter(
    (name) => !fresh.includes(name),
  );
  const parts = args.pattern
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
  const chosen =
    args.targets === 'pattern'
      ? all.filter((name) => parts.some((part) => name.includes(part)))
      : all;
  if (chosen.length > 0) return chosen;
  const pattern = args.targets === 'pattern';
  throw new LineageError('recipe-invalid', {
    function: id,
    field: pattern ? 'pattern' : 'targets',
    reason: pattern
      ? `no matrix has such a name; there are ${listed(all, 5)}`
      : 'the model has no matrices that could be adapted besides its last layer',
  });
}

async function prepare(context: PlanContext, args: LoraArguments) {
  checkSettings(id, args);
  const use = givenData(context, args.augment);
  const parent = await onlyParent(context.parents).network();
  const fitted = fitHeads(parent, use, args.head, context.seed);
  const targets = targetsOf(fitted.network, args, fitted.fresh);
  const settings = { rank: args.rank, alpha: args.alpha, seed: context.seed };
  const { network, trainable } = insertLora(fitted.network, targets, settings);
  const own = { seed: context.seed, batchNorm: 'frozen', dropout: 'as-in-network' } as const;
  const job = {
    network,
    trainable: [...trainable, ...fitted.fresh],
    heads: headsFor(fitted.network, use, args),
    settings: trainSettings(args, own),
  };
  const order = async (): Promise<JobOrder> => ({ ...job, data: await context.prepare(use) });
  return { job, order, targets, fitted };
}

/** Trains a low-rank change of each layer. */
export const lora: CreationFunction = {
  id,
  version: 1,
  title: 'LoRA',
  summary:
    'Leaves the weights as they are and learns a small change of each layer: few numbers to train and, as an adapter, a tiny file.',
  scenario: 'adaptation',
  parents: { min: 1, max: 1, role: 'base' },
  data: { min: 1, max: 1 },
  schema,

  async unfit(parents) {
    const reason = await unfitForTraining(parents);
    if (reason !== undefined) return reason;
    const parent = onlyParent(parents);
    const some = loraTargets(await parent.network(), true).length > 0;
    return some ? undefined : `${parent.node.name} has no linear layers or 1 × 1 convolutions`;
  },

  async plan(context) {
    const args = typedArguments({ id, schema }, context.args);
    const { job, order, targets, fitted } = await prepare(context, args);
    const { name } = onlyParent(context.parents).node;
    return {
      steps: [
        ...(fitted.fresh.length > 0
          ? ['Replace the last layer by a new one with random weights.']
          : []),
        ...yesOrNoSteps(job.heads, givenData(context, [])),
        `Add a change of rank ${args.rank} to ${plural(targets.length, 'matrix', 'matrices')} (${listed(targets)}).`,
        `Train ${counted(parametersOf(job.network, job.trainable))} numbers for ${plural(args.epochs, 'epoch')}; all weights of the base stay.`,
        args.output === 'fuse'
          ? 'Add the changes to the weights.'
          : 'Store the changes alone, as an adapter.',
      ],
      models: [`${name}-${args.output === 'fuse' ? 'lora' : 'adapter'}`],
      warnings: [],
      job: order,
      jobs: 1,
    };
  },

  async make(context) {
    const args = typedArguments({ id, schema }, context.args);
    const parent = onlyParent(context.parents);
    const { job, order, targets, fitted } = await prepare(context, args);
    const { weights, report } = await context.train(id, await order());
    const valueOf = (name: string): Literal =>
      weights.get(name) ?? (job.network.initializers.get(name) as Literal);
    const fresh = fitted.fresh.map((name) => [name, valueOf(name)] as const);
    const scale = args.alpha / args.rank;
    const fuse = (): MadeFile => {
      const fused = targets.map((name) => {
        const { a, b } = loraNames(name);
        const whole = fuseLora(
          fitted.network.initializers.get(name) as Literal,
          valueOf(a),
          valueOf(b),
          scale,
        );
        return [name, whole as Literal] as const;
      });
      return madeFile(parent, fitted.network, new Map([...fresh, ...fused]));
    };
    const adapter = (): MadeFile => {
      const pairs = targets.flatMap((name) => Object.values(loraNames(name)));
      const tensors = new Map([
        [adapterScale, literal('f32', [], [scale])],
        ...pairs.map((name) => [name, valueOf(name)] as const),
        ...fresh,
      ]);
      const metadata = { adapter: 'lora', rank: String(args.rank), alpha: String(args.alpha) };
      return { is: 'tensors', tensors, metadata };
    };
    return [
      {
        name: `${parent.node.name}-${args.output === 'fuse' ? 'lora' : 'adapter'}`,
        file: args.output === 'fuse' ? fuse() : adapter(),
        parents: [{ from: { node: parent.node.id }, role: 'base' }],
        environment: report.environment,
        outcome: outcomeOf(report),
        report,
      },
    ];
  },
};
