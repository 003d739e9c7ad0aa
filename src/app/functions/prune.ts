import { elementCount } from '../../core/dtype.ts';
import type { DataUse } from '../../core/data/dataUse.ts';
import { LineageError } from '../../core/lineageError.ts';
import { magnitudeMasks, maskedBy } from '../../core/network/magnitudeMasks.ts';
import type { Literal, Network } from '../../core/network/network.ts';
import { networkWeights, trainableWeights } from '../../core/network/trainableWeights.ts';
import { typedArguments, type ArgumentsOf } from '../../core/recipe/checkArguments.ts';
import type { Schema } from '../../core/recipe/schema.ts';
import type { TrainReport } from '../../core/training/report.ts';
import type {
  CreationFunction,
  JobOrder,
  MadeModel,
  MakeContext,
  ParentModel,
  PlanContext,
} from '../create/creationFunction.ts';
import { augmented, checkSettings } from './adaptation.ts';
import { checkInputs, headsFor } from './headsFor.ts';
import { madeFile, outcomeOf, withValues } from './madeWeights.ts';
import { combinable } from './matchingParents.ts';
import { trainingFields, trainSettings } from './trainingFields.ts';
import { onlyParent, unfitForTraining } from './trainingParents.ts';
import { counted, plural, rounded } from './wording.ts';

const id = 'prune';

const schema = {
  sparsity: {
    is: 'number',
    default: 0.5,
    min: 0,
    max: 0.999,
    whole: false,
    title: 'Share of weights to remove',
    help: '0.5 sets half of the weights to zero: those nearest to zero already.',
  },
  scope: {
    is: 'choice',
    default: 'global',
    options: [
      { value: 'global', title: 'The whole model' },
      { value: 'tensor', title: 'Each layer' },
    ],
    title: 'Share of',
    help: 'Over the whole model, layers that matter less lose more; by layer, all lose the same share.',
  },
  recover: {
    is: 'boolean',
    default: false,
    title: 'Train after pruning',
    help: 'Trains the weights that are left, so that the model recovers; needs a data set. Zeros stay zero.',
  },
  steps: {
    is: 'number',
    default: 1,
    min: 1,
    max: 50,
    whole: true,
    title: 'Steps',
    help: 'Prunes bit by bit, training after each step: gentler than all at once.',
    when: { field: 'recover', is: [true] },
  },
  storeSteps: {
    is: 'boolean',
    default: false,
    advanced: true,
    title: 'Keep the model of each step',
    help: 'Each step becomes a model of its own, the child of the one before.',
    when: { field: 'recover', is: [true] },
  },
  ...trainingFields,
  epochs: { ...trainingFields.epochs, default: 2, title: 'Epochs after each step' },
} as const satisfies Schema;

type PruneArguments = ArgumentsOf<typeof schema>;

/**
 * Share that is removed after a step: fast at first, then slower.
 *
 * Source: Zhu and Gupta, arXiv 1710.01878, equation 1.
 */
function sparsityAfter(step: number, { sparsity, steps }: PruneArguments): number {
  return step === steps ? sparsity : sparsity * (1 - (1 - step / steps) ** 3);
}

/** Matrices and kernels: biases and normalisations are few and matter much. */
async function targetsOf(parent: ParentModel): Promise<readonly string[]> {
  const entries = combinable(parent).filter(
    ({ shape }) => shape.length > 1 && elementCount(shape) > 1,
  );
  const names = entries.map(({ name }) => name);
  if (parent.node.summary.format !== 'onnx') return names;
  const { layers } = networkWeights(await parent.network());
  const kernels = new Set(
    layers.flatMap(({ weights }) =>
      weights.flatMap((each) => (each.part === 'kernel' ? [each.name] : [])),
    ),
  );
  return names.filter((name) => kernels.has(name));
}

interface Recovery {
  readonly use: DataUse;
  readonly network: Network;
  readonly trainable: readonly string[];
  readonly order: (
    values: ReadonlyMap<string, Literal>,
    masks: ReadonlyMap<string, Literal>,
  ) => Promise<JobOrder>;
}

/** The training after each step; undefined where there is none. */
async function recovery(context: PlanContext, args: PruneArguments): Promise<Recovery | undefined> {
  if (!args.recover) return undefined;
  checkSettings(id, args);
  const [given] = context.data;
  if (given === undefined)
    throw new LineageError('recipe-invalid', {
      function: id,
      field: 'data',
      reason: 'training after pruning needs a data set',
    });
  const use = augmented(given, args.augment);
  const unfit = await unfitForTraining(context.parents);
  if (unfit !== undefined)
    throw new LineageError('recipe-invalid', { function: id, field: 'recover', reason: unfit });
  const network = await onlyParent(context.parents).network();
  checkInputs(network, use);
  const heads = headsFor(network, use, args);
  const trainable = trainableWeights(network);
  const own = { seed: context.seed, batchNorm: 'batch', dropout: 'as-in-network' } as const;
  const settings = trainSettings(args, own);
  const order: Recovery['order'] = async (values, masks) => ({
    network: withValues(network, values),
    trainable,
    heads,
    settings,
    masks: new Map([...masks].filter(([name]) => trainable.includes(name))),
    data: await context.prepare(use),
  });
  return { use, network, trainable, order };
}

/** What tells a step apart: shares of several may be rounded to one name. */
function partOf(step: number): string {
  return `step ${step}`;
}

/** A model after one step. */
interface Step {
  readonly values: ReadonlyMap<string, Literal>;
  readonly report?: TrainReport;
}

async function pruned(
  context: MakeContext,
  args: PruneArguments,
  targets: readonly string[],
  values: ReadonlyMap<string, Literal>,
  step: number,
): Promise<Step> {
  const weights = new Map([...values].filter(([name]) => targets.includes(name)));
  const masks = magnitudeMasks(weights, sparsityAfter(step, args), args.scope);
  const zeroed = new Map([
    ...values,
    ...[...weights].map(
      ([name, weight]) => [name, maskedBy(weight, masks.get(name) as Literal)] as const,
    ),
  ]);
  const training = await recovery(context, args);
  if (training === undefined) return { values: zeroed };
  const order = await training.order(zeroed, masks);
  const { weights: trained, report } = await context.train(partOf(step), order);
  return { values: new Map([...zeroed, ...trained]), report };
}

/** Sets the weights nearest to zero to zero. */
export const prune: CreationFunction = {
  id,
  version: 1,
  title: 'Prune',
  summary:
    'Sets the weights that matter least to zero: the model compresses better, and loses little up to about half of them.',
  scenario: 'edge',
  parents: { min: 1, max: 1, role: 'base' },
  data: { min: 0, max: 1 },
  schema,

  async unfit(parents) {
    const parent = onlyParent(parents);
    const targets = await targetsOf(parent);
    return targets.length > 0 ? undefined : `${parent.node.name} has no float matrices or kernels`;
  },

  async plan(context) {
    const args = typedArguments({ id, schema }, context.args);
    const parent = onlyParent(context.parents);
    const targets = await targetsOf(parent);
    const all = parent.tensors.filter(({ name }) => targets.includes(name));
    const count = all.reduce((sum, { shape }) => sum + elementCount(shape), 0);
    const removed = Math.floor(count * args.sparsity);
    const training = await recovery(context, args);
    const steps = args.recover ? args.steps : 1;
    const trains = `Train the weights that are left for ${plural(args.epochs, 'epoch')} after each of ${plural(steps, 'step')}; zeros stay zero.`;
    return {
      steps: [
        `Set ${counted(removed)} of ${counted(count)} weights in ${plural(targets.length, 'tensor')} to zero (${rounded(100 * args.sparsity)} %).`,
        ...(training === undefined ? [] : [trains]),
      ],
      models: namesOf(parent, args),
      warnings:
        args.sparsity > 0.7 && !args.recover
          ? ['Above about 70 % a model loses much: train after pruning.']
          : [],
      jobs: training === undefined ? 0 : steps,
      ...(training && {
        job: async () => {
          const weights = await parent.values(targets);
          return training.order(new Map(), magnitudeMasks(weights, args.sparsity, args.scope));
        },
      }),
    };
  },

  async make(context) {
    const args = typedArguments({ id, schema }, context.args);
    const parent = onlyParent(context.parents);
    const targets = await targetsOf(parent);
    const steps = args.recover ? args.steps : 1;
    const names = namesOf(parent, args);
    let state: Step = { values: await parent.values(targets) };
    const made: MadeModel[] = [];
    for (let step = 1; step <= steps; step++) {
      state = await pruned(context, args, targets, state.values, step);
      if (!args.storeSteps && step < steps) continue;
      const name = names[made.length] ?? '';
      made.push(await modelOf(context, parent, state, { name, part: partOf(step) }, made.at(-1)));
    }
    return made;
  },
};

function namesOf({ node }: ParentModel, args: PruneArguments): readonly string[] {
  const steps = args.recover ? args.steps : 1;
  const shown = args.recover && args.storeSteps ? steps : 1;
  return Array.from({ length: shown }, (_, i) => {
    const share = sparsityAfter(shown === 1 ? steps : i + 1, { ...args, steps });
    return `${node.name}-pruned-${Math.round(100 * share)}`;
  });
}

async function modelOf(
  context: MakeContext,
  parent: ParentModel,
  { values, report }: Step,
  named: Pick<MadeModel, 'name' | 'part'>,
  before: MadeModel | undefined,
): Promise<MadeModel> {
  const file =
    report === undefined
      ? ({ is: 'weights', of: parent, tensors: values } as const)
      : madeFile(parent, await parent.network(), values);
  const from = before?.part === undefined ? { node: parent.node.id } : { part: before.part };
  return {
    ...named,
    file,
    parents: [{ from, role: 'base' }],
    environment: report?.environment ?? context.environment,
    ...(report === undefined ? { data: [] } : { report, outcome: outcomeOf(report) }),
  };
}
