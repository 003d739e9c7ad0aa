import type { OpNode } from '../../core/network/network.ts';

/** What the rewriting of one node may use. */
export interface FormContext {
  readonly version: number;
  /** The node as it was. */
  readonly node: OpNode;
  /** A new int64 vector constant. */
  readonly ints: (numbers: readonly number[]) => string;
  /** A new f32 vector constant. */
  readonly floats: (numbers: readonly number[]) => string;
  /** A new f32 scalar constant. */
  readonly number: (value: number) => string;
  /** A name that no value has. */
  readonly fresh: () => string;
  /** The numbers of a value, where it is a constant. */
  readonly numbersOf: (name: string) => readonly number[] | undefined;
}

/** A node in the forms of the common operator set, perhaps as several; undefined where it stays. */
export type Form = (context: FormContext) => readonly OpNode[] | undefined;

/** The node without some attributes. */
export function without(node: OpNode, ...dropped: readonly string[]): OpNode {
  const kept = Object.entries(node.attributes).filter(([name]) => !dropped.includes(name));
  return { ...node, attributes: Object.fromEntries(kept) };
}

/** The node with its inputs set at some places; those between that are missing are left out. */
export function withInputs(node: OpNode, given: Readonly<Record<number, string>>): OpNode {
  const last = Math.max(node.inputs.length - 1, ...Object.keys(given).map(Number));
  const inputs = Array.from({ length: last + 1 }, (_, at) => given[at] ?? node.inputs[at] ?? '');
  return { ...node, inputs };
}
