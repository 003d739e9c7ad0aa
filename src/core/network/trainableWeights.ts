import { elementCount } from '../dtype.ts';
import type { Network, OpNode } from './network.ts';

/** What a weight is to its layer. */
export type WeightPart =
  /** Matrix, convolution, embedding, recurrent weights, any other tensor that is learnt. */
  | 'kernel'
  | 'bias'
  /** Scale or shift of a normalisation. */
  | 'normalisation';

export interface Weight {
  /** Name of the initializer. */
  readonly name: string;
  readonly part: WeightPart;
  /** Index of its layer, in dataflow order. */
  readonly layer: number;
}

/** A node with a kernel, and what belongs to it: its bias, the normalisation after it. */
export interface WeightLayer {
  /** For people: the node's name, or that of its first weight. */
  readonly name: string;
  readonly op: string;
  /** In dataflow order. */
  readonly weights: readonly Weight[];
}

export interface NetworkWeights {
  /** In dataflow order. */
  readonly layers: readonly WeightLayer[];
  /** Running mean and variance of batch normalisations: changed by training, never by gradients. */
  readonly statistics: readonly string[];
}

/** Parts of the inputs of operators that own weights, by position. */
const slots: Readonly<Record<string, readonly (WeightPart | undefined)[]>> = {
  Conv: [undefined, 'kernel', 'bias'],
  ConvTranspose: [undefined, 'kernel', 'bias'],
  Gemm: ['kernel', 'kernel', 'bias'],
  MatMul: ['kernel', 'kernel'],
  Einsum: ['kernel', 'kernel', 'kernel'],
  Gather: ['kernel'],
  LSTM: [undefined, 'kernel', 'kernel', 'bias', undefined, undefined, undefined, 'kernel'],
  GRU: [undefined, 'kernel', 'kernel', 'bias'],
  RNN: [undefined, 'kernel', 'kernel', 'bias'],
  PRelu: [undefined, 'bias'],
  BatchNormalization: [undefined, 'normalisation', 'normalisation'],
  LayerNormalization: [undefined, 'normalisation', 'normalisation'],
  SimplifiedLayerNormalization: [undefined, 'normalisation'],
  RMSNormalization: [undefined, 'normalisation'],
  InstanceNormalization: [undefined, 'normalisation', 'normalisation'],
  GroupNormalization: [undefined, 'normalisation', 'normalisation'],
};

const arithmetic = new Set(['Add', 'Sub', 'Mul', 'Div']);

/** Operators that only pass a weight on to its user. */
const carriers = new Set([
  'Identity', 'Cast', 'Transpose', 'Reshape', 'Squeeze', 'Unsqueeze', 'Flatten', 'Expand', 'Concat',
  'Slice', 'Split',
]); // prettier-ignore

/**
 * The weights of a network: the float initializers that a person would call so, found by their use.
 *
 * Operands of plain arithmetic count where the other operand already depends on a weight (so a fixed
 * normalisation of the input does not) and they are like a bias or scale, of one extent above 1, or are
 * named by a person (`pos_embed`, not `onnx::Mul_12` or `123`). A lone number counts only in a slot made
 * for weights, since most are constants of a formula.
 */
export function networkWeights(network: Network): NetworkWeights {
  return new WeightFinder(network).find();
}

/** Every initializer that is a weight, in dataflow order. */
export function trainableWeights(network: Network): readonly string[] {
  return networkWeights(network).layers.flatMap(({ weights }) => weights.map(({ name }) => name));
}

/** Weights of the last `count` layers, in dataflow order. */
export function lastLayers(network: Network, count: number): readonly string[] {
  const { layers } = networkWeights(network);
  return layers
    .slice(Math.max(0, layers.length - count))
    .flatMap(({ weights }) => weights.map(({ name }) => name));
}

/** Weights of the layer nearest to an output: what a linear probe trains. */
export function headWeights(network: Network, output: string): readonly string[] {
  const needed = new Set([output]);
  const before = new Set<OpNode>();
  for (const node of network.nodes.toReversed())
    if (node.outputs.some((name) => needed.has(name))) {
      before.add(node);
      for (const name of node.inputs) needed.add(name);
    }
  return lastLayers({ ...network, nodes: network.nodes.filter((node) => before.has(node)) }, 1);
}

class WeightFinder {
  readonly #network: Network;
  /** Value → initializer that it carries, perhaps transposed. */
  readonly #carried = new Map<string, string>();
  /** Values that depend on a weight. */
  readonly #learnt = new Set<string>();
  readonly #layers: { name: string; op: string; weights: Weight[] }[] = [];
  readonly #statistics: string[] = [];
  readonly #seen = new Set<string>();

  constructor(network: Network) {
    this.#network = network;
    for (const [name, { dtype, shape }] of network.initializers)
      if (/^(f|bf)(16|32|64)$/.test(dtype) && elementCount(shape) > 0)
        this.#carried.set(name, name);
  }

  find(): NetworkWeights {
    for (const node of this.#network.nodes) this.#visit(node);
    return {
      layers: this.#layers.filter(({ weights }) => weights.length > 0),
      statistics: this.#statistics,
    };
  }

  #visit(node: OpNode): void {
    const carried = node.inputs.map((name) => this.#carried.get(name));
    const [first] = carried;
    if (carriers.has(node.op) && first !== undefined) {
      for (const name of node.outputs) this.#carried.set(name, first);
      return;
    }
    if (node.op === 'BatchNormalization') this.#setAside(carried.slice(3, 5));
    const parts = this.#partsOf(node, carried);
    for (const [at, name] of carried.entries()) {
      const part = parts[at];
      if (name !== undefined && part !== undefined) this.#add(node, name, part);
    }
    if (parts.some((part) => part !== undefined) || node.inputs.some((x) => this.#learnt.has(x)))
      for (const name of node.outputs) this.#learnt.add(name);
  }

  #partsOf(
    node: OpNode,
    carried: readonly (string | undefined)[],
  ): readonly (WeightPart | undefined)[] {
    if (!arithmetic.has(node.op))
      return carried.map((name, at) => (name === undefined ? undefined : slots[node.op]?.[at]));
    const fromWeight = node.inputs.some((name) => this.#learnt.has(name));
    return carried.map((name) =>
      name !== undefined && fromWeight && this.#isLearnt(name)
        ? this.#arithmeticPart(name)
        : undefined,
    );
  }

  #isLearnt(name: string): boolean {
    const shape = this.#network.initializers.get(name)?.shape ?? [];
    if (elementCount(shape) < 2) return false;
    if (shape.filter((extent) => extent > 1).length === 1) return true;
    return /[a-z]/i.test(name) && !/^onnx::|^\/|^const|_output_\d+$/i.test(name);
  }

  #arithmeticPart(name: string): WeightPart {
    const shape = this.#network.initializers.get(name)?.shape ?? [];
    return shape.filter((extent) => extent > 1).length === 1 ? 'bias' : 'kernel';
  }

  #setAside(names: readonly (string | undefined)[]): void {
    for (const name of names)
      if (name !== undefined && !this.#seen.has(name)) {
        this.#seen.add(name);
        this.#statistics.push(name);
      }
  }

  #add(node: OpNode, name: string, part: WeightPart): void {
    if (this.#seen.has(name)) return;
    this.#seen.add(name);
    const last = this.#layers.at(-1);
    const opens = part === 'kernel' && last?.name !== nameOf(node);
    if (opens || last === undefined)
      this.#layers.push({ name: nameOf(node), op: node.op, weights: [] });
    const layer = this.#layers.length - 1;
    this.#layers[layer]?.weights.push({ name, part, layer });
  }
}

function nameOf(node: OpNode): string {
  return node.name === '' ? (node.outputs[0] ?? node.op) : node.name;
}
