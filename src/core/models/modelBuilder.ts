import { attribute } from '../network/attributes.ts';
import { ints, literal } from '../network/literal.ts';
import type { Attribute, Extent, Literal, Network, OpNode, ValueInfo } from '../network/network.ts';
import { startValues, type Start } from './startValues.ts';

/** Builds a network node by node, its weights drawn from one seed. */
export interface ModelBuilder {
  /** Adds an input; the first extent is the batch's. */
  input(name: string, dtype: 'f32' | 'i32', shape: readonly Extent[]): string;
  /** Adds a weight. Its values only depend on the seed, its name's place among the weights and `start`. */
  weight(name: string, shape: readonly number[], start: Start): string;
  constant(name: string, value: Literal): string;
  /** Adds a node with one output; attributes that are whole numbers are ints. */
  node(
    op: string,
    inputs: readonly string[],
    attributes?: Readonly<Record<string, number | string | readonly number[] | Attribute>>,
  ): string;
  /** Adds a node whose outputs are given names, `''` for those that are not wanted. */
  nodeTo(
    op: string,
    inputs: readonly string[],
    outputs: readonly string[],
    attributes: Readonly<Record<string, Attribute>>,
  ): void;
  /** Ends with `value` as the output `name`. */
  finish(value: string, name: string, shape: readonly Extent[]): Network;
}

/** @param seed - of all weights. */
export function modelBuilder(name: string, seed: number): ModelBuilder {
  const inputs: ValueInfo[] = [];
  const nodes: OpNode[] = [];
  const initializers = new Map<string, Literal>();
  let weights = 0;
  const nodeTo: ModelBuilder['nodeTo'] = (op, from, outputs, attributes) => {
    const place = nodes.length;
    nodes.push({ op, name: `${op}_${place}`, inputs: from, outputs, attributes });
  };
  return {
    input(input, dtype, shape) {
      inputs.push({ name: input, dtype, shape });
      return input;
    },
    weight(weight, shape, start) {
      const values = startValues(shape, start, seed, weights++);
      initializers.set(weight, literal('f32', shape, values));
      return weight;
    },
    constant(constant, value) {
      initializers.set(constant, value);
      return constant;
    },
    node(op, from, attributes = {}) {
      const output = `${op.toLowerCase()}_${nodes.length}`;
      nodeTo(
        op,
        from,
        [output],
        Object.fromEntries(
          Object.entries(attributes).map(([key, value]) => [
            key,
            typeof value === 'object' && 'is' in value ? value : attribute(value),
          ]),
        ),
      );
      return output;
    },
    nodeTo,
    finish(value, output, shape) {
      const renamed = nodes.map((node) => ({
        ...node,
        outputs: node.outputs.map((each) => (each === value ? output : each)),
      }));
      return {
        name,
        opsets: { '': 17 },
        inputs,
        outputs: [{ name: output, dtype: 'f32', shape }],
        initializers,
        nodes: renamed,
      };
    },
  };
}

/** An axes input, as reductions and squeezes take it from opset 13 on. */
export function axes(to: ModelBuilder, name: string, values: readonly number[]): string {
  return to.constant(name, ints(values));
}
