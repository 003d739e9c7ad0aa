import { randomFrom } from '../../core/data/random.ts';
import type { DataUse } from '../../core/data/dataUse.ts';
import { LineageError } from '../../core/lineageError.ts';
import type { ArgumentsOf } from '../../core/recipe/checkArguments.ts';
import type { Schema } from '../../core/recipe/schema.ts';
import { plural } from './wording.ts';

/** How a data set is divided among the clients of a federation. */
export const shareFields = {
  clients: {
    is: 'number',
    default: 3,
    min: 2,
    max: 100,
    whole: true,
    title: 'Clients',
    help: 'How many devices are played, each with its own share of the data.',
  },
  split: {
    is: 'choice',
    default: 'random',
    options: [
      { value: 'random', title: 'At random' },
      { value: 'classes', title: 'By class' },
      { value: 'column', title: 'By the values of a column' },
    ],
    title: 'Divide the data',
    help: 'At random, all clients see alike data; by class or column each sees its own kind, as in real federations.',
  },
  classesPerClient: {
    is: 'number',
    default: 2,
    min: 1,
    max: 1000,
    whole: true,
    when: { field: 'split', is: ['classes'] },
    title: 'Classes of each client',
    help: 'Clients with the same class share its examples.',
  },
  column: {
    is: 'text',
    default: '',
    maxLength: 200,
    when: { field: 'split', is: ['column'] },
    title: 'Column',
    help: 'The column that says whose an example is: a speaker, a site.',
  },
  values: {
    is: 'text',
    default: '',
    maxLength: 10_000,
    when: { field: 'split', is: ['column'] },
    title: 'Values of each client',
    help: 'Clients are separated by semicolons and a client’s values by commas: "george; jackson, theo" makes two clients.',
  },
} as const satisfies Schema;

type ShareArguments = ArgumentsOf<typeof shareFields>;

const id = 'federated-round';

/**
 * What each client trains on. Depends on the arguments, the data use and the seed alone.
 *
 * @throws LineageError `recipe-invalid`, `data-unfit`.
 */
export function clientShares(use: DataUse, args: ShareArguments, seed: number): readonly DataUse[] {
  switch (args.split) {
    case 'random':
      return Array.from({ length: args.clients }, (_, index) => {
        if (use.split.shard !== undefined)
          throw new LineageError('data-unfit', { reason: 'the data set is divided already' });
        return { ...use, split: { ...use.split, shard: { index, count: args.clients } } };
      });
    case 'classes':
      return byClass(use, args, seed);
    case 'column':
      return byColumn(use, args);
  }
}

/** Classes are put into a random order and dealt round: each is used before one is used twice. */
function byClass(use: DataUse, { clients, classesPerClient }: ShareArguments, seed: number) {
  const [target] = Object.values(use.targets);
  if (target?.classes === undefined)
    throw new LineageError('data-unfit', {
      reason: 'data without classes cannot be divided by class',
    });
  const { classes, column, mapped } = target;
  if (classesPerClient > classes.length)
    throw new LineageError('recipe-invalid', {
      function: id,
      field: 'classesPerClient',
      reason: `there are ${plural(classes.length, 'class', 'classes')}`,
    });
  const order = classes.map((_, index) => index);
  randomFrom(seed).shuffle(order);
  return Array.from({ length: clients }, (_, client) => {
    const own = Array.from({ length: classesPerClient }, (__, i) => {
      const dealt = order[(client * classesPerClient + i) % order.length] ?? 0;
      return classes[dealt] ?? '';
    });
    return only(use, column, mapped === undefined ? own : mappedTo(mapped, own));
  });
}

/** Values of the column that a task's mapping turns into some classes. */
function mappedTo(mapped: Readonly<Record<string, string>>, classes: readonly string[]) {
  return Object.keys(mapped).filter((value) => classes.includes(mapped[value] ?? ''));
}

function byColumn(use: DataUse, { column, values }: ShareArguments): readonly DataUse[] {
  const invalid = (field: string, reason: string): LineageError =>
    new LineageError('recipe-invalid', { function: id, field, reason });
  const groups = values
    .split(';')
    .map((group) =>
      group
        .split(',')
        .map((value) => value.trim())
        .filter((value) => value !== ''),
    )
    .filter((group) => group.length > 0);
  if (column.trim() === '') throw invalid('column', 'name the column to divide by');
  if (groups.length < 2) throw invalid('values', 'name the values of at least two clients');
  return groups.map((group) => only(use, column.trim(), group));
}

function only(use: DataUse, column: string, values: readonly string[]): DataUse {
  if (use.split.where !== undefined)
    throw new LineageError('data-unfit', {
      reason: `only a part of ${use.name} is used already, so it cannot be divided further`,
    });
  return { ...use, split: { ...use.split, where: { column, values } } };
}
