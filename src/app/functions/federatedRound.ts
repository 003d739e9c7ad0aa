import { LineageError } from '../../core/lineageError.ts';
import { combined } from '../../core/network/combine.ts';
import type { Literal } from '../../core/network/network.ts';
import { trainableWeights } from '../../core/network/trainableWeights.ts';
import { isFloat } from '../../core/dtype.ts';
import { typedArguments, type ArgumentsOf } from '../../core/recipe/checkArguments.ts';
import type { Schema } from '../../core/recipe/schema.ts';
import type {
  CreationFunction,
  JobOrder,
  MadeModel,
  MakeContext,
  PartFromParents,
  PlanContext,
} from '../create/creationFunction.ts';
import type { Environment } from '../../core/training/report.ts';
import type { TrainOutcome } from '../../core/training/trainJob.ts';
import { checkSettings, fitHeads, givenData, headField, parametersOf } from './adaptation.ts';
import { clientShares, shareFields } from './clientShares.ts';
import { headsFor, yesOrNoSteps } from './headsFor.ts';
import { madeFile, outcomeOf, withValues } from './madeWeights.ts';
import { trainingFields, trainSettings } from './trainingFields.ts';
import { onlyParent, unfitForTraining } from './trainingParents.ts';
import { counted, plural } from './wording.ts';

const id = 'federated-round';

const schema = {
  ...shareFields,
  weighting: {
    is: 'choice',
    default: 'examples',
    options: [
      { value: 'examples', title: 'By its number of examples' },
      { value: 'equal', title: 'Equally' },
    ],
    advanced: true,
    title: 'A client counts',
    help: 'How much of each client goes into the average.',
  },
  head: headField,
  ...trainingFields,
  epochs: { ...trainingFields.epochs, default: 2, title: 'Epochs of each client' },
  keep: { ...trainingFields.keep, default: 'last' },
} as const satisfies Schema;

type FederatedArguments = ArgumentsOf<typeof schema>;

async function prepare(context: PlanContext, args: FederatedArguments) {
  checkSettings(id, args);
  const use = givenData(context, args.augment);
  const shares = clientShares(use, args, context.seed);
  const parent = await onlyParent(context.parents).network();
  const { network, fresh } = fitHeads(parent, use, args.head, context.seed);
  const own = { batchNorm: 'batch', dropout: 'as-in-network' } as const;
  const heads = headsFor(network, use, args);
  const trainable = trainableWeights(network);
  const order = async (client: number): Promise<JobOrder> => ({
    network,
    trainable,
    heads,
    // Clients draw their own orders.
    settings: trainSettings(args, { ...own, seed: (context.seed + client) % 2 ** 32 }),
    data: await context.prepare(shares[client] ?? use),
  });
  return { use, shares, network, fresh, heads, trainable, order };
}

type Prepared = Awaited<ReturnType<typeof prepare>>;

interface Client {
  readonly outcome: TrainOutcome;
  readonly examples: number;
}

async function trainClient(context: MakeContext, { order }: Prepared, client: number) {
  const job = await order(client);
  const examples = job.data.train.count;
  if (examples === 0)
    throw new LineageError('data-unfit', {
      reason: `client ${client + 1} has no examples to train on; use fewer clients or other shares`,
    });
  return { examples, outcome: await context.train(partOf(client), job) };
}

function partOf(client: number): string {
  return `client ${client + 1}`;
}

/**
 * Federated averaging: Σ share · weights, whole numbers from the first client.
 *
 * Source: McMahan et al., arXiv 1602.05629, algorithm 1.
 */
export function federatedAverage(
  clients: readonly ReadonlyMap<string, Literal>[],
  shares: readonly number[],
): ReadonlyMap<string, Literal> {
  const [first] = clients;
  return new Map(
    [...(first ?? [])].map(([name, value]) => {
      if (!isFloat(value.dtype)) return [name, value];
      return [
        name,
        combined(
          clients.map((client) => client.get(name) as Literal),
          shares,
        ),
      ];
    }),
  );
}

const average = 'average';

/** The average follows from its clients, each counting as much as in the round. */
const partFromParents: PartFromParents = {
  follows: (part) => part === average,
  async order(recipe, parents, prepare) {
    const args = typedArguments({ id, schema }, recipe.arguments);
    const shares = clientShares(givenData(recipe, args.augment), args, recipe.seed);
    const weights: number[] = [];
    for (const parent of parents) {
      const share = shares.find((_, client) => partOf(client) === parent);
      if (share === undefined)
        throw new LineageError('recipe-invalid', {
          function: id,
          field: 'parents',
          reason: 'the average is made from a model that is no client of the round',
        });
      weights.push(args.weighting === 'equal' ? 1 : (await prepare(share)).train.count);
    }
    return { function: 'linear-average', arguments: { weights, normalise: true } };
  },
};

/** One round of federated learning, played on one machine. */
export const federatedRound: CreationFunction = {
  id,
  version: 1,
  title: 'Federated round',
  summary:
    'Plays one round of federated learning: clients with their own data each train the model, and the average of what they learnt becomes the new model.',
  scenario: 'federated',
  parents: { min: 1, max: 1, role: 'base' },
  data: { min: 1, max: 1 },
  schema,
  unfit: unfitForTraining,
  partFromParents,

  async plan(context) {
    const args = typedArguments({ id, schema }, context.args);
    const prepared = await prepare(context, args);
    const { network, trainable, shares } = prepared;
    const { name } = onlyParent(context.parents).node;
    const uncovered = uncoveredClasses(prepared, args);
    return {
      steps: [
        `Divide the data among ${plural(shares.length, 'client')}.`,
        ...yesOrNoSteps(prepared.heads, prepared.use),
        `Each trains ${counted(parametersOf(network, trainable))} parameters for ${plural(args.epochs, 'epoch')}, one client after the other.`,
        args.weighting === 'equal'
          ? 'Average the clients’ weights equally.'
          : 'Average the clients’ weights, each by its number of examples.',
      ],
      models: [...shares.map((_, i) => `${name}-client-${i + 1}`), `${name}-federated`],
      warnings:
        uncovered > 0
          ? [`${plural(uncovered, 'class', 'classes')} will be seen by no client.`]
          : [],
      job: () => prepared.order(0),
      jobs: shares.length,
    };
  },

  async make(context) {
    const args = typedArguments({ id, schema }, context.args);
    const parent = onlyParent(context.parents);
    const prepared = await prepare(context, args);
    const { network, fresh, shares } = prepared;
    const clients: Client[] = [];
    for (const client of shares.keys()) clients.push(await trainClient(context, prepared, client));
    const heads = [...network.initializers].filter(([name]) => fresh.includes(name));
    const fileOf = (weights: ReadonlyMap<string, Literal>) =>
      madeFile(parent, network, new Map([...heads, ...weights]));
    const models = clients.map(({ outcome: { weights, report } }, client): MadeModel => {
      const use = shares[client];
      return {
        name: `${parent.node.name}-client-${client + 1}`,
        part: partOf(client),
        file: fileOf(weights),
        parents: [{ from: { node: parent.node.id }, role: 'base' }],
        environment: report.environment,
        ...(use === undefined ? {} : { data: [use] }),
        outcome: outcomeOf(report),
        report,
      };
    });
    const total = clients.reduce((sum, { examples }) => sum + examples, 0);
    const weights = federatedAverage(
      clients.map(({ outcome }) => outcome.weights),
      clients.map(({ examples }) =>
        args.weighting === 'equal' ? 1 / clients.length : examples / total,
      ),
    );
    // The average is as exact as what it is of: a replay trains the clients again.
    const environment = environmentOf(clients.map(({ outcome }) => outcome.report.environment));
    const whole = await averaged(context, prepared, weights, fileOf);
    return [...models, { ...whole, environment }];
  },
};

/** One environment for several runs: of those that are not alike, it says that the device changed. */
function environmentOf(runs: readonly Environment[]): Environment {
  const [first] = runs;
  if (first === undefined) throw new Error('no clients');
  const alike = (a: Environment, b: Environment) =>
    a.backend === b.backend && a.threads === b.threads && a.graph === b.graph;
  return runs.every((run) => alike(run, first) && run.moved !== true)
    ? first
    : { ...first, moved: true };
}

async function averaged(
  context: MakeContext,
  { network, heads, use, shares, fresh }: Prepared,
  weights: ReadonlyMap<string, Literal>,
  fileOf: (weights: ReadonlyMap<string, Literal>) => MadeModel['file'],
): Promise<MadeModel> {
  const data = await context.prepare(use);
  const tested = data.test.count > 0;
  const test = tested && (await context.evaluate(withValues(network, weights), heads, data));
  const before = tested && fresh.length === 0 && (await context.evaluate(network, heads, data));
  return {
    name: `${onlyParent(context.parents).node.name}-federated`,
    part: average,
    file: fileOf(weights),
    parents: shares.map((_, client) => ({
      from: { part: partOf(client) },
      role: 'federated-client' as const,
    })),
    environment: context.environment,
    outcome: { ...(test && { test }), ...(before && { parentTest: before }) },
  };
}

/** How many classes none of the clients has. */
function uncoveredClasses({ use }: Prepared, args: FederatedArguments): number {
  const classes = Object.values(use.targets)[0]?.classes?.length ?? 0;
  if (args.split !== 'classes') return 0;
  return Math.max(0, classes - args.clients * args.classesPerClient);
}
