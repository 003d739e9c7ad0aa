import type { Augmentation } from '../../core/data/dataUse.ts';
import type { Arguments, Json } from '../../core/recipe/recipe.ts';
import type { Field, Schema } from '../../core/recipe/schema.ts';
import { augmentationKinds, augmentationText } from './fields/augmentationKinds.ts';

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

/** A value in words: a choice by its title, a list by its members. */
export function valueText(field: Field | undefined, value: Json): string {
  if (field?.is === 'choice')
    return field.options.find((option) => option.value === value)?.title ?? plainText(value);
  const unit = field !== undefined && 'unit' in field ? field.unit : undefined;
  return unit === undefined || value === null ? plainText(value) : `${plainText(value)} ${unit}`;
}

function plainText(value: Json): string {
  if (value === null) return 'none';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (typeof value !== 'object') return `${value}`;
  if (!isList(value))
    return isAugmentation(value) ? augmentationText(value) : JSON.stringify(value);
  return value.length === 0 ? 'none' : value.map(plainText).join(', ');
}

const isList = (value: Json): value is readonly Json[] => Array.isArray(value);

function isAugmentation(value: unknown): value is Augmentation {
  const kind = (value as { readonly is?: unknown }).is;
  return typeof kind === 'string' && Object.hasOwn(augmentationKinds, kind);
}
