import { LineageError } from '../lineageError.ts';
import { checkAugmentations } from './checkAugmentations.ts';
import type { Arguments, Json } from './recipe.ts';
import type { Field, Schema } from './schema.ts';

/** The type of a field's value: `boolean` for `{is: 'boolean'}`, one of the options for a choice. */
type ValueOf<F extends Field> = F extends { readonly is: 'number' }
  ? number
  : F extends { readonly is: 'optional-number' }
    ? number | null
    : F extends { readonly is: 'boolean' }
      ? boolean
      : F extends {
            readonly is: 'choice';
            readonly options: readonly { readonly value: infer V }[];
          }
        ? V
        : F extends { readonly is: 'text' }
          ? string
          : F extends { readonly is: 'tensors' }
            ? readonly string[]
            : F extends { readonly is: 'parent-weights' }
              ? readonly number[]
              : readonly Json[];

/** The arguments that a schema describes, typed. */
export type ArgumentsOf<S extends Schema> = { readonly [Name in keyof S]: ValueOf<S[Name]> };

/** The schema's defaults: arguments that are complete. */
export function defaultsOf<S extends Schema>(schema: S): ArgumentsOf<S> {
  const entries = Object.entries(schema).map(([name, field]) => [name, field.default]);
  return Object.fromEntries(entries) as ArgumentsOf<S>;
}

/**
 * The arguments of a call, with defaults for those left out and each of its field's kind.
 *
 * @param id - of the creation function, for errors.
 * @throws LineageError `recipe-invalid` that names the field: one that is not in the schema, a value of
 *   another kind or outside its bounds.
 */
export function checkArguments<S extends Schema>(
  id: string,
  schema: S,
  given: Arguments,
): ArgumentsOf<S> & Arguments {
  const invalid = (field: string, reason: string): LineageError =>
    new LineageError('recipe-invalid', { function: id, field, reason });
  for (const name of Object.keys(given))
    if (!Object.hasOwn(schema, name)) {
      const known = Object.keys(schema).join(', ');
      throw invalid(name, known === '' ? 'it takes no arguments' : `its arguments are ${known}`);
    }
  const entries = Object.entries(schema).map(([name, field]) => {
    const value = Object.hasOwn(given, name) ? (given[name] as Json) : field.default;
    const reason = unfit(field, value);
    if (reason !== undefined) throw invalid(name, reason);
    return [name, value];
  });
  return Object.fromEntries(entries) as ArgumentsOf<S> & Arguments;
}

/**
 * A function's arguments by its schema's types. They were checked when the order was settled; checking
 * again costs nothing and keeps a stored recipe of another version from being misread.
 *
 * @throws LineageError `recipe-invalid`.
 */
export function typedArguments<S extends Schema>(
  fn: { readonly id: string; readonly schema: S },
  given: Arguments,
): ArgumentsOf<S> {
  return checkArguments(fn.id, fn.schema, given);
}

/** Why `value` does not fit, in words that end without a full stop. */
function unfit(field: Field, value: Json): string | undefined {
  switch (field.is) {
    case 'number':
      return unfitNumber(field, value);
    case 'optional-number':
      return value === null ? undefined : unfitNumber(field, value);
    case 'choice': {
      const known = field.options.map((option) => option.value);
      const fits = known.some((option) => option === value);
      return unless(fits, `it is one of ${known.join(', ')}`);
    }
    case 'text':
      return unfitText(value, field.maxLength);
    case 'augmentations':
      return checkAugmentations(value);
    case 'boolean':
      return unless(typeof value === 'boolean', 'it is true or false');
    case 'tensors':
      return unless(isListOf(value, 'string'), 'it is a list of names of tensors');
    case 'parent-weights':
      return unless(
        isListOf(value, 'number'),
        'it is a list of numbers, one for each model, or empty',
      );
  }
}

function unless(fits: boolean, reason: string): string | undefined {
  return fits ? undefined : reason;
}

function unfitText(value: Json, maxLength: number): string | undefined {
  if (typeof value !== 'string') return 'it is a text';
  return unless(value.length <= maxLength, `it has at most ${maxLength} characters`);
}

function unfitNumber(
  { min, max, whole }: Extract<Field, { readonly is: 'number' | 'optional-number' }>,
  value: Json,
): string | undefined {
  if (typeof value !== 'number' || !Number.isFinite(value)) return 'it is a number';
  if (whole && !Number.isInteger(value)) return 'it is a whole number';
  if (value >= min && value <= max) return undefined;
  return max === Infinity ? `it is at least ${min}` : `it is between ${min} and ${max}`;
}

function isListOf(value: Json, type: 'string' | 'number'): boolean {
  return (
    Array.isArray(value) &&
    value.every((item) => (type === 'number' ? Number.isFinite(item) : typeof item === type))
  );
}
