import type { Dtype } from '../core/dtype.ts';
import { attribute } from '../core/network/attributes.ts';
import { ints, literal, scalar } from '../core/network/literal.ts';
import type { Attribute, Literal, Network, OpNode, ValueInfo } from '../core/network/network.ts';
import { inferNode } from './inferNode.ts';
import type { Known } from './known.ts';
import { literalOf, ndArrayOf, type NdArray } from './evaluate/ndArray.ts';

/** Attributes as rules write them: a bare number, text, list or tensor is an int, string, ints, tensor. */
export type Attributes = Readonly<
  Record<string, Attribute | number | string | readonly number[] | Literal>
>;

/**
 * A network under construction. Every value's dtype and shape is known as soon as it is added; equal
 * nodes are added once; what can be computed before a run becomes a constant.
 */
export class GraphBuilder {
  /** Operator-set version of ai.onnx that the nodes are written for. */
  readonly opset: number;
  readonly nodes: OpNode[] = [];
  readonly initializers = new Map<string, Literal>();
  readonly #known = new Map<string, Known>();
  readonly #made = new Map<string, readonly string[]>();
  readonly #constants = new Map<string, string>();
  #names = 0;

  constructor(opset: number) {
    this.opset = opset;
  }

  /** Declares a value that a run feeds, or a weight. */
  input(name: string, dtype: Dtype, shape: readonly number[]): string {
    this.#known.set(name, { dtype, shape });
    return name;
  }

  /** A value that never changes; equal ones are one initializer. */
  constant(tensor: Literal, name?: string): string {
    const key = `${tensor.dtype}[${tensor.shape.join(',')}]${tensor.bytes.length <= 256 ? tensor.bytes.join(',') : ''}`;
    const small = tensor.bytes.length <= 256 && name === undefined;
    const there = small ? this.#constants.get(key) : undefined;
    if (there !== undefined) return there;
    const made = name ?? this.#fresh('c');
    this.initializers.set(made, tensor);
    this.#known.set(made, knownLiteral(tensor));
    if (small) this.#constants.set(key, made);
    return made;
  }

  /** An f32 (or `dtype`) scalar constant. */
  scalar(value: number, dtype: 'f32' | 'i32' | 'i64' = 'f32'): string {
    return this.constant(scalar(dtype, value));
  }

  /** A one-dimensional int64 constant: a shape, axes, starts. */
  ints(numbers: readonly number[]): string {
    return this.constant(ints(numbers));
  }

  /** An f32 constant. */
  floats(shape: readonly number[], numbers: ArrayLike<number>): string {
    return this.constant(literal('f32', shape, numbers));
  }

  /** Adds a node with one output and gives the output's name. */
  op(op: string, inputs: readonly string[], attributes: Attributes = {}): string {
    return this.ops(op, inputs, attributes, 1)[0] as string;
  }

  /**
   * Adds a node, unless an equal one is there, and gives its outputs' names.
   *
   * @throws LineageError `network-unsupported` if the inputs do not fit.
   */
  ops(
    op: string,
    inputs: readonly string[],
    attributes: Attributes = {},
    outputs = 1,
    names?: readonly string[],
  ): readonly string[] {
    const given = Object.fromEntries(
      Object.entries(attributes).map(([name, value]) => [
        name,
        typeof value === 'object' && 'is' in value ? value : attribute(value as number),
      ]),
    );
    const key = keyOf(op, inputs, given, outputs);
    const there = key === undefined || names !== undefined ? undefined : this.#made.get(key);
    if (there !== undefined) return there;
    const node: OpNode = {
      op,
      name: '',
      inputs,
      outputs:
        names ?? Array.from({ length: outputs }, () => this.#fresh(op.split('.').pop() ?? '')),
      attributes: given,
    };
    this.add(node);
    if (key !== undefined) this.#made.set(key, node.outputs);
    return node.outputs;
  }

  /** Adds a node as it is; its outputs' names must be new. Random operators are never folded. */
  add(node: OpNode): void {
    const known = node.inputs.map((name) => (name === '' ? undefined : this.known(name)));
    const types = inferNode(known, node, this.opset);
    for (const [index, name] of node.outputs.entries()) {
      const type = types[index];
      if (name !== '' && type !== undefined) this.#known.set(name, type);
    }
    if (!this.#folded(node, types)) this.nodes.push(node);
  }

  /** Whether a node's outputs are all known: then they become constants in its place. */
  #folded({ outputs }: OpNode, types: readonly Known[]): boolean {
    const made = outputs.map((name, at) => {
      const value = types[at]?.value;
      return name === '' || value === undefined ? undefined : literalOf(value);
    });
    if (!outputs.every((name, at) => name === '' || made[at] !== undefined)) return false;
    for (const [at, name] of outputs.entries()) {
      const tensor = made[at];
      if (tensor !== undefined) this.initializers.set(name, tensor);
    }
    return true;
  }

  /** What is known of a value. @throws Error for a name that was never declared: a bug. */
  known(name: string): Known {
    const known = this.#known.get(name);
    if (known === undefined) throw new Error(`value ${name} was not declared`);
    return known;
  }

  has(name: string): boolean {
    return this.#known.has(name);
  }

  shape(name: string): readonly number[] {
    return this.known(name).shape;
  }

  dtype(name: string): Dtype {
    return this.known(name).dtype;
  }

  /** A name that no value has. */
  #fresh(hint: string): string {
    let name: string;
    do name = `_${hint}_${this.#names++}`;
    while (this.#known.has(name));
    return name;
  }

  /** The network that computes `outputs`: nodes and constants that nothing needs are left out. */
  build(name: string, inputs: readonly ValueInfo[], outputs: readonly string[]): Network {
    const needed = new Set(outputs);
    const nodes: OpNode[] = [];
    for (const node of this.nodes.toReversed()) {
      if (!node.outputs.some((output) => needed.has(output))) continue;
      nodes.push(node);
      for (const input of node.inputs) needed.add(input);
    }
    const domains = new Set(nodes.map((node) => node.op.split('.').slice(0, -1).join('.')));
    const used = new Map([...this.initializers].filter(([each]) => needed.has(each)));
    return {
      name,
      opsets: Object.fromEntries(
        [...domains, ''].map((domain) => [domain, domain === '' ? this.opset : 1]),
      ),
      inputs,
      outputs: outputs.map((output) => ({
        name: output,
        dtype: this.dtype(output),
        shape: this.shape(output),
      })),
      initializers: used,
      nodes: nodes.reverse(),
    };
  }
}

/** A constant's numbers are decoded when they are asked for: most are weights that nobody asks. */
function knownLiteral(tensor: Literal): Known {
  let value: NdArray | undefined;
  return {
    dtype: tensor.dtype,
    shape: tensor.shape,
    get value() {
      return (value ??= ndArrayOf(tensor));
    },
  };
}

/** Equal for nodes that give equal outputs; undefined for one with a tensor or graph inside. */
function keyOf(
  op: string,
  inputs: readonly string[],
  attributes: Readonly<Record<string, Attribute>>,
  outputs: number,
): string | undefined {
  const named = Object.entries(attributes).sort(([a], [b]) => (a < b ? -1 : 1));
  if (named.some(([, { is }]) => is === 'tensor' || is === 'graph')) return undefined;
  return JSON.stringify([op, inputs, outputs, named]);
}
