import type { Attribute, Literal, Network, OpNode } from './network.ts';

/** A value as an attribute: whole numbers are ints; for a float give `floatAttribute`. */
export function attribute(value: number | string | readonly number[] | Literal): Attribute {
  if (typeof value === 'number') return { is: 'int', value };
  if (typeof value === 'string') return { is: 'string', value };
  if (Array.isArray(value)) return { is: 'ints', value: value as readonly number[] };
  return { is: 'tensor', value: value as Literal };
}

export function floatAttribute(value: number): Attribute {
  return { is: 'float', value };
}

export function floatsAttribute(value: readonly number[]): Attribute {
  return { is: 'floats', value };
}

/** The int attribute `name`, or `fallback` where the node has none. */
export function intOf(node: OpNode, name: string, fallback: number): number {
  const found = node.attributes[name];
  return found?.is === 'int' ? found.value : fallback;
}

export function floatOf(node: OpNode, name: string, fallback: number): number {
  const found = node.attributes[name];
  return found?.is === 'float' ? found.value : fallback;
}

export function textOf(node: OpNode, name: string, fallback: string): string {
  const found = node.attributes[name];
  return found?.is === 'string' ? found.value : fallback;
}

/** The ints attribute `name`; undefined where the node has none. */
export function intsOf(node: OpNode, name: string): readonly number[] | undefined {
  const found = node.attributes[name];
  return found?.is === 'ints' ? found.value : undefined;
}

export function floatsOf(node: OpNode, name: string): readonly number[] | undefined {
  const found = node.attributes[name];
  return found?.is === 'floats' ? found.value : undefined;
}

export function tensorOf(node: OpNode, name: string): Literal | undefined {
  const found = node.attributes[name];
  return found?.is === 'tensor' ? found.value : undefined;
}

export function graphOf(node: OpNode, name: string): Network | undefined {
  const found = node.attributes[name];
  return found?.is === 'graph' ? found.value : undefined;
}
