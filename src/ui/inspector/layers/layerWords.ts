import type { AttributeValue, Layer } from '../../../core/architecture.ts';

/** An attribute's value as people write it: lists joined by `×` when they are all numbers. */
export function attributeText(value: AttributeValue): string {
  if (typeof value === 'number' || typeof value === 'string') return String(value);
  const separator = value.every((item) => typeof item === 'number') ? '×' : ', ';
  return value.join(separator);
}

const first = (layer: Layer, names: readonly string[]) =>
  names.map((name) => layer.attributes[name]).find((value) => value !== undefined);

/** What tells one layer of a kind from another at a glance: `64→128 3×3`. */
export function attributesInShort(layer: Layer): string {
  const from = first(layer, ['inC', 'in', 'channels', 'input']);
  const to = first(layer, ['outC', 'out', 'hidden']);
  const parts: string[] = [];
  if (from !== undefined && to !== undefined)
    parts.push(`${attributeText(from)}→${attributeText(to)}`);
  else if (from !== undefined) parts.push(attributeText(from));
  const { kernel } = layer.attributes;
  if (kernel !== undefined) parts.push(attributeText(kernel));
  return parts.join(' ');
}
