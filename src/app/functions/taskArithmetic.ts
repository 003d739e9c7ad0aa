import { LineageError } from '../../core/lineageError.ts';
import { typedArguments, type ArgumentsOf } from '../../core/recipe/checkArguments.ts';
import type { Schema } from '../../core/recipe/schema.ts';
import type { CreationFunction, ParentModel } from '../create/creationFunction.ts';
import { combineParents, unfitToCombine } from './matchingParents.ts';
import { onlyParent } from './trainingParents.ts';
import { rounded } from './wording.ts';

const id = 'task-arithmetic';

const schema = {
  scale: {
    is: 'number',
    default: 1,
    min: -10,
    max: 10,
    whole: false,
    title: 'Strength',
    help: 'How much of what each model has learnt is added; below zero it is taken away.',
  },
  weights: {
    is: 'parent-weights',
    default: [],
    advanced: true,
    title: 'Strength of each model',
    help: 'Multiplies the strength, model by model; the first number is not used, as the first model is the base. Empty: 1 each.',
  },
} as const satisfies Schema;

/**
 * Factors of the parents in base + Σ λ · (child − base), the base first.
 *
 * @throws LineageError `recipe-invalid`.
 */
function factorsOf(
  parents: readonly ParentModel[],
  { scale, weights }: ArgumentsOf<typeof schema>,
): readonly number[] {
  if (weights.length > 0 && weights.length !== parents.length)
    throw new LineageError('recipe-invalid', {
      function: id,
      field: 'weights',
      reason: `there are ${weights.length} numbers for ${parents.length} models`,
    });
  const children = parents.slice(1).map((_, i) => scale * (weights[i + 1] ?? 1));
  return [1 - children.reduce((sum, factor) => sum + factor, 0), ...children];
}

/** Adds or takes away what models have learnt since they left a common base. */
export const taskArithmetic: CreationFunction = {
  id,
  version: 1,
  title: 'Task arithmetic',
  summary:
    'Adds to a base what other models have learnt since they left it, or takes it away: base + strength × (model − base). The first model is the base.',
  scenario: 'arithmetic',
  parents: { min: 2, max: Infinity, role: 'merged' },
  data: { min: 0, max: 0 },
  schema,
  unfit: (parents) => Promise.resolve(unfitToCombine(parents)),

  plan({ parents, args }) {
    const [, ...factors] = factorsOf(parents, typedArguments({ id, schema }, args));
    const base = onlyParent(parents).node.name;
    const added = parents
      .slice(1)
      .map(({ node }, i) => `${rounded(factors[i] ?? 0)} × (${node.name} − ${base})`);
    return Promise.resolve({
      steps: [`Compute ${[base, ...added].join(' + ')}, weight by weight.`],
      models: [`${base}-sum`],
      warnings: ['The models should have been trained from the base; of others the sum is noise.'],
      jobs: 0,
    });
  },

  async make({ parents, args, environment, run }) {
    const factors = factorsOf(parents, typedArguments({ id, schema }, args));
    const base = onlyParent(parents);
    return [
      {
        name: `${base.node.name}-sum`,
        file: { is: 'weights', of: base, tensors: await combineParents(parents, factors, run) },
        parents: parents.map(({ node }, index) => ({
          from: { node: node.id },
          role: index === 0 ? ('base' as const) : ('merged' as const),
        })),
        environment,
      },
    ];
  },
};
