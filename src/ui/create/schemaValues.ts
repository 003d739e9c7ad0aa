import type { Arguments, Json } from '../../core/recipe/recipe.ts';
import type { Field, Schema } from '../../core/recipe/schema.ts';

/** A field's value: as it was set, else its default. */
export function valueOf(schema: Schema, key: string, args: Arguments): Json {
  return args[key] ?? schema[key]?.default ?? null;
}

/** Whether a field counts now: those of another choice do not. */
export function isShown(schema: Schema, { when }: Field, args: Arguments): boolean {
  if (when === undefined) return true;
  const other = schema[when.field];
  return (
    other !== undefined &&
    isShown(schema, other, args) &&
    when.is.includes(valueOf(schema, when.field, args))
  );
}

/** A value in words: a choice by its title, a list by its length. */
export function valueText(field: Field | undefined, value: Json): string {
  if (field?.is === 'choice' && typeof value === 'string')
    return field.options.find((option) => option.value === value)?.title ?? value;
  if (value === null) return 'none';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (Array.isArray(value))
    return value.length === 0
      ? 'none'
      : value.every((one) => typeof one !== 'object')
        ? value.join(', ')
        : JSON.stringify(value);
  if (typeof value === 'object') return JSON.stringify(value);
  const unit = field !== undefined && 'unit' in field && field.unit ? ` ${field.unit}` : '';
  return `${value}${unit}`;
}
