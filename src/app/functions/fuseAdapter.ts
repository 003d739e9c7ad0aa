import { LineageError } from '../../core/lineageError.ts';
import { numbersOf } from '../../core/network/literal.ts';
import type { Literal } from '../../core/network/network.ts';
import { fuseLora, loraNames } from '../../core/network/surgery/lora.ts';
import { typedArguments } from '../../core/recipe/checkArguments.ts';
import type { Schema } from '../../core/recipe/schema.ts';
import type { CreationFunction, MadeFile, ParentModel } from '../create/creationFunction.ts';
import { adapterScale } from './adapterScale.ts';
import { madeFile } from './madeWeights.ts';
import { listed, plural } from './wording.ts';

const id = 'fuse-adapter';

const schema = {
  strength: {
    is: 'number',
    default: 1,
    min: -10,
    max: 10,
    whole: false,
    title: 'Strength',
    help: '1 gives the model as it was trained; less gives something between it and the base.',
  },
} as const satisfies Schema;

interface Pair {
  readonly base: ParentModel;
  readonly adapter: ParentModel;
  /** Weights that the adapter changes. */
  readonly targets: readonly string[];
  /** Tensors that it replaces: a new head. */
  readonly replaced: readonly string[];
}

const ending = '.lora_A';

function isAdapter({ tensors }: ParentModel): boolean {
  return tensors.some(({ name }) => name === adapterScale || name.endsWith(ending));
}

/** Which of two models is the adapter, whatever their order; or why neither is. */
function paired(parents: readonly ParentModel[]): Pair | string {
  const adapters = parents.filter(isAdapter);
  const [adapter] = adapters;
  const base = parents.find((parent) => !isAdapter(parent));
  if (adapter === undefined || base === undefined || adapters.length > 1)
    return 'one of the two models must be an adapter made by LoRA, and the other its base';
  const names = adapter.tensors.map(({ name }) => name);
  const known = new Set(base.tensors.map(({ name }) => name));
  const targets = names
    .filter((name) => name.endsWith(ending))
    .map((name) => name.slice(0, -ending.length));
  const pairs = new Set(targets.flatMap((name) => Object.values(loraNames(name))));
  const replaced = names.filter((name) => name !== adapterScale && !pairs.has(name));
  const missing = [...targets, ...replaced].filter((name) => !known.has(name));
  if (missing.length > 0)
    return `${adapter.node.name} changes ${listed(missing)}, which ${base.node.name} does not have`;
  return { base, adapter, targets, replaced };
}

/** @throws LineageError `recipe-invalid`. */
function pairOf(parents: readonly ParentModel[]): Pair {
  const found = paired(parents);
  if (typeof found === 'string') throw invalid(found);
  return found;
}

function invalid(reason: string): LineageError {
  return new LineageError('recipe-invalid', { function: id, field: 'parents', reason });
}

async function fused(
  { base, adapter, targets, replaced }: Pair,
  strength: number,
): Promise<MadeFile> {
  const changes = await adapter.values(adapter.tensors.map(({ name }) => name));
  const weights = await base.values(targets);
  const given = changes.get(adapterScale);
  const scale = strength * (given === undefined ? 1 : (numbersOf(given)[0] ?? 1));
  const values = new Map<string, Literal>();
  for (const name of targets) {
    const { a, b } = loraNames(name);
    const [weight, down, up] = [weights.get(name), changes.get(a), changes.get(b)];
    const whole = weight && down && up && fuseLora(weight, down, up, scale);
    if (whole === undefined)
      throw invalid(`${adapter.node.name} does not fit the shape of ${name} in ${base.node.name}`);
    values.set(name, whole);
  }
  for (const name of replaced) {
    const value = changes.get(name);
    if (value !== undefined) values.set(name, value);
  }
  const sizes = new Map(base.tensors.map(({ name, shape }) => [name, shape.join()]));
  const sameShapes = [...values].every(([name, { shape }]) => sizes.get(name) === shape.join());
  if (sameShapes) return { is: 'weights', of: base, tensors: values };
  return madeFile(base, await base.network(), values);
}

/** Adds an adapter's changes to its base. */
export const fuseAdapter: CreationFunction = {
  id,
  version: 1,
  title: 'Fuse an adapter',
  summary: 'Adds the changes of a LoRA adapter to its base: a whole model that can be used alone.',
  scenario: 'adaptation',
  parents: { min: 2, max: 2, role: 'base' },
  data: { min: 0, max: 0 },
  schema,

  unfit(parents) {
    const found = paired(parents);
    return Promise.resolve(typeof found === 'string' ? found : undefined);
  },

  plan({ parents }) {
    const { base, adapter, targets } = pairOf(parents);
    return Promise.resolve({
      steps: [
        `Add the changes of ${adapter.node.name} to ${plural(targets.length, 'matrix', 'matrices')} of ${base.node.name}.`,
      ],
      models: [`${base.node.name}-fused`],
      warnings: [],
      jobs: 0,
    });
  },

  async make({ parents, args, environment }) {
    const { strength } = typedArguments({ id, schema }, args);
    const pair = pairOf(parents);
    return [
      {
        name: `${pair.base.node.name}-fused`,
        file: await fused(pair, strength),
        parents: [
          { from: { node: pair.base.node.id }, role: 'base' },
          { from: { node: pair.adapter.node.id }, role: 'adapter' },
        ],
        environment,
      },
    ];
  },
};
