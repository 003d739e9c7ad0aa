import { parseChoices, type LayerChoice, type TensorPlace } from '../../core/merge/mergeChoices.ts';
import { isMixable, isMixture, mixTensors, needsBase } from '../../core/merge/mergeTensors.ts';
import { LineageError } from '../../core/lineageError.ts';
import type { Literal } from '../../core/network/network.ts';
import type { Run } from '../../core/ports/run.ts';
import { typedArguments, type ArgumentsOf } from '../../core/recipe/checkArguments.ts';
import type { Schema } from '../../core/recipe/schema.ts';
import type { CreationFunction, ParentModel } from '../create/creationFunction.ts';
import { plural } from './wording.ts';

const id = 'merge';

const schema = {
  carrier: {
    is: 'choice',
    default: 'x',
    options: [
      { value: 'x', title: 'The first model' },
      { value: 'y', title: 'The second model' },
    ],
    title: 'Whose file',
    help: 'The merge is this model’s file with other values in it: the side that has new layers.',
  },
  others: {
    is: 'choice',
    default: 'decide',
    options: [
      { value: 'decide', title: 'From the side that changed them' },
      { value: 'keep', title: 'As they are in the file' },
    ],
    title: 'Tensors without a choice',
    help: 'Taken by name from the side that changed them, or left as they are.',
  },
  choices: {
    is: 'text',
    default: '',
    maxLength: 16_000_000,
    title: 'Choices',
    help: 'Layer by layer which side or method is taken, as JSON; docs/merge.md tells how.',
  },
} as const satisfies Schema;

type Args = ArgumentsOf<typeof schema>;

/** Two models, what they have in common, and whose file the merge is. */
interface Parents {
  readonly x: ParentModel;
  readonly y: ParentModel;
  readonly base: ParentModel;
}

function parentsOf(parents: readonly ParentModel[]): Parents {
  const [x, y, base] = parents;
  if (x === undefined || y === undefined || base === undefined) throw new Error('three models');
  return { x, y, base };
}

const invalid = (reason: string): LineageError =>
  new LineageError('recipe-invalid', { function: id, field: 'choices', reason });

function choicesOf({ choices }: Args): readonly LayerChoice[] {
  const parsed = parseChoices(choices);
  if (typeof parsed === 'string') throw invalid(parsed);
  return parsed;
}

/**
 * Puts two versions of a model together, given what they come from: parents are the two sides and their
 * base, in this order. The plan of a merge (app/merge) decides; this does what it says, tensor by tensor.
 */
export const merge: CreationFunction = {
  id,
  version: 1,
  title: 'Merge',
  summary:
    'Puts the changes of two versions of a model together, layer by layer, measured from what they have in common.',
  scenario: 'arithmetic',
  parents: { min: 3, max: 3, role: 'merged' },
  data: { min: 0, max: 0 },
  schema,
  unfit: () => Promise.resolve(undefined),

  plan({ parents, args }) {
    const { x, y, base } = parentsOf(parents);
    const choices = choicesOf(typedArguments({ id, schema }, args));
    return Promise.resolve({
      steps: [
        `Take the changes of ${x.node.name} and ${y.node.name} since ${base.node.name}; ${plural(choices.length, 'layer')} as chosen.`,
      ],
      models: [nameOf(parents)],
      warnings: [],
      jobs: 0,
    });
  },

  async make({ parents, args, environment, run }) {
    const all = parentsOf(parents);
    const typed = typedArguments({ id, schema }, args);
    const tensors = await mergedTensors(all, typed, run);
    return [
      {
        name: nameOf(parents),
        file: { is: 'weights', of: all[typed.carrier], tensors },
        parents: [
          { from: { node: all.x.node.id }, role: 'merged' },
          { from: { node: all.y.node.id }, role: 'merged' },
          { from: { node: all.base.node.id }, role: 'base' },
        ],
        environment,
      },
    ];
  },
};

function nameOf(parents: readonly ParentModel[]): string {
  const { x, y } = parentsOf(parents);
  return `${x.node.name}+${y.node.name}`;
}

/**
 * The tensors in which a merge differs from its carrier, one at a time.
 *
 * @throws LineageError `recipe-invalid` for tensors that are not there or do not fit; `merge-conflict` for
 *   one that both changed and nobody chose for.
 */
async function mergedTensors(
  parents: Parents,
  args: Args,
  run: Run,
): Promise<ReadonlyMap<string, Literal>> {
  const results = new Map<string, Literal>();
  const settled = new Set<string>();
  const keep = async (place: TensorPlace, value: Literal | undefined): Promise<void> => {
    const own = await valueOf(parents[args.carrier], place.to);
    if (own === undefined) throw invalid(`${parents[args.carrier].node.name} has no ${place.to}`);
    settled.add(place.to);
    if (value === undefined || sameBytes(own, value)) return;
    if (!alike(own, value)) throw invalid(`${place.to} has another shape or type there`);
    results.set(place.to, value);
  };
  for (const choice of choicesOf(args))
    for (const tensor of choice.tensors) {
      run.signal.throwIfAborted();
      const place = typeof tensor === 'string' ? everywhere(tensor) : tensor;
      await keep(place, await chosen(parents, args.carrier, choice, place));
    }
  if (args.others === 'keep') return results;
  const conflicts: string[] = [];
  for (const { name, payload } of parents[args.carrier].tensors) {
    if (payload === undefined || settled.has(name)) continue;
    run.signal.throwIfAborted();
    const value = await undisputed(parents, args.carrier, name);
    if (value === 'conflict') conflicts.push(name);
    else await keep(everywhere(name), value);
  }
  if (conflicts.length > 0) throw new LineageError('merge-conflict', { layers: conflicts });
  return results;
}

const everywhere = (name: string): TensorPlace => ({ to: name, x: name, y: name, base: name });

async function chosen(
  parents: Parents,
  carrier: 'x' | 'y',
  { method }: LayerChoice,
  place: TensorPlace,
): Promise<Literal | undefined> {
  const take = async (side: keyof Parents): Promise<Literal> => {
    const name = place[side];
    const value = name === undefined ? undefined : await valueOf(parents[side], name);
    if (value === undefined) throw invalid(`${parents[side].node.name} has no ${name ?? place.to}`);
    return value;
  };
  if (!isMixture(method)) return take(method.is);
  const [x, y] = [await take('x'), await take('y')];
  if (!alike(x, y)) throw invalid(`${place.to} has two shapes or types`);
  // Counts and codes have no mean: the side whose file it is keeps its own.
  if (!isMixable(x.dtype)) return carrier === 'x' ? x : y;
  if (!needsBase(method)) return mixTensors(method, { x, y });
  const base = await take('base');
  if (!alike(x, base)) throw invalid(`${place.to} had another shape or type in the base`);
  return mixTensors(method, { x, y, base });
}

/** A tensor from the side that changed it, by name; undefined to leave it as it is in the carrier. */
async function undisputed(
  parents: Parents,
  carrier: 'x' | 'y',
  name: string,
): Promise<Literal | undefined | 'conflict'> {
  const own = await valueOf(parents[carrier], name);
  const other = await valueOf(parents[carrier === 'x' ? 'y' : 'x'], name);
  if (own === undefined || other === undefined || sameBytes(own, other)) return undefined;
  const base = await valueOf(parents.base, name);
  if (base !== undefined && sameBytes(base, other)) return undefined;
  return base !== undefined && sameBytes(base, own) ? other : 'conflict';
}

async function valueOf(parent: ParentModel, name: string): Promise<Literal | undefined> {
  const entry = parent.tensors.find((each) => each.name === name);
  // Text has no values; it stays what it is in the file.
  if (entry?.payload === undefined) return undefined;
  return (await parent.values([name])).get(name);
}

function alike(a: Literal, b: Literal): boolean {
  return a.dtype === b.dtype && a.shape.join() === b.shape.join();
}

function sameBytes(a: Literal, b: Literal): boolean {
  if (!alike(a, b) || a.bytes.length !== b.bytes.length) return false;
  for (let i = 0; i < a.bytes.length; i++) if (a.bytes[i] !== b.bytes[i]) return false;
  return true;
}
