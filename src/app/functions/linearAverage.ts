import { LineageError } from '../../core/lineageError.ts';
import { typedArguments, type ArgumentsOf } from '../../core/recipe/checkArguments.ts';
import type { Schema } from '../../core/recipe/schema.ts';
import type { CreationFunction, ParentModel } from '../create/creationFunction.ts';
import { combineParents, unfitToCombine } from './matchingParents.ts';
import { onlyParent } from './trainingParents.ts';
import { listed, rounded } from './wording.ts';

const id = 'linear-average';

const schema = {
  weights: {
    is: 'parent-weights',
    default: [],
    title: 'Weights',
    help: 'How much of each model goes into the average; leave empty for equal parts.',
  },
  normalise: {
    is: 'boolean',
    default: true,
    advanced: true,
    title: 'Scale the weights to a sum of 1',
    help: 'Switch off only if the weights are factors that are meant as they are.',
  },
} as const satisfies Schema;

/** @throws LineageError `recipe-invalid`. */
function factorsOf(
  parents: readonly ParentModel[],
  { weights, normalise }: ArgumentsOf<typeof schema>,
): readonly number[] {
  const invalid = (reason: string): LineageError =>
    new LineageError('recipe-invalid', { function: id, field: 'weights', reason });
  if (weights.length === 0) return parents.map(() => 1 / parents.length);
  if (weights.length !== parents.length)
    throw invalid(`there are ${weights.length} weights for ${parents.length} models`);
  if (!normalise) return weights;
  const sum = weights.reduce((total, weight) => total + weight, 0);
  if (sum === 0) throw invalid('their sum is 0, so they cannot be scaled to 1');
  return weights.map((weight) => weight / sum);
}

function nameOf(parents: readonly ParentModel[]): string {
  return `${onlyParent(parents).node.name}-average`;
}

/** Averages models that are built alike, weight by weight. */
export const linearAverage: CreationFunction = {
  id,
  version: 1,
  title: 'Average',
  summary:
    'Averages the weights of models that come from the same start: often as good as all of them together, and more robust than each.',
  scenario: 'arithmetic',
  parents: { min: 2, max: Infinity, role: 'merged' },
  data: { min: 0, max: 0 },
  schema,
  unfit: (parents) => Promise.resolve(unfitToCombine(parents)),

  plan({ parents, args }) {
    const factors = factorsOf(parents, typedArguments({ id, schema }, args));
    const parts = parents.map(({ node }, i) => `${rounded(factors[i] ?? 0)} × ${node.name}`);
    return Promise.resolve({
      steps: [`Add up ${listed(parts, 5)}, weight by weight.`],
      models: [nameOf(parents)],
      warnings: [
        'Averages only work well for models that were trained from the same start; of others they are noise.',
      ],
      jobs: 0,
    });
  },

  async make({ parents, args, environment, run }) {
    const factors = factorsOf(parents, typedArguments({ id, schema }, args));
    return [
      {
        name: nameOf(parents),
        file: {
          is: 'weights',
          of: onlyParent(parents),
          tensors: await combineParents(parents, factors, run),
        },
        parents: parents.map(({ node }) => ({ from: { node: node.id }, role: 'merged' as const })),
        environment,
      },
    ];
  },
};
