/**
 * Networks trained by jax-js: its own forward operators, derivatives and kernels, with optimisers written
 * here from their papers. Shares nothing with what it checks but the start values and the batches.
 */
import { defaultDevice, init, jit, lax, nn, numpy as np, tree, valueAndGrad } from '@jax-js/jax';
import { floatOf, intOf, intsOf } from '../core/network/attributes.ts';
import { numbersOf } from '../core/network/literal.ts';
import type { Literal, Network, OpNode } from '../core/network/network.ts';
import type { Optimizer } from '../core/training/settings.ts';

type Value = np.Array | number;
type Weights = Record<string, np.Array>;

/** A batch: numbers by input, and a class for each example. */
export interface PeerBatch {
  readonly inputs: Readonly<Record<string, Float32Array | Int32Array>>;
  readonly labels: Int32Array;
}

export interface PeerOptions {
  readonly network: Network;
  readonly trainable: readonly string[];
  readonly optimizer: Optimizer;
  readonly learningRate: number;
  readonly weightDecay?: number;
  /** Weights that decay; all when absent. */
  readonly decaying?: readonly string[];
  readonly device?: 'wasm' | 'webgpu';
}

export interface Peer {
  /** Does one step of optimisation. The loss, before it, is mean cross-entropy. */
  step(batch: PeerBatch): Promise<number>;
  /** The largest logit of each example. */
  classify(inputs: PeerBatch['inputs'], count: number): Promise<Int32Array>;
}

/** Operators of the project's own models, as one would write them in jax-js. */
const operators: Readonly<Record<string, (from: Reader, node: OpNode) => Value>> = {
  Gemm: (from, node) => {
    const right = from.array(1);
    const product = np.matmul(
      from.array(0),
      intOf(node, 'transB', 0) === 1 ? np.transpose(right) : right,
    );
    return node.inputs.length > 2 ? np.add(product, from.array(2)) : product;
  },
  MatMul: (from) => np.matmul(from.array(0), from.array(1)),
  Add: (from) => np.add(from.value(0), from.value(1)),
  Sub: (from) => np.subtract(from.value(0), from.value(1)),
  Mul: (from) => np.multiply(from.value(0), from.value(1)),
  Div: (from) => np.divide(from.value(0), from.value(1)),
  Max: (from) => np.maximum(from.value(0), from.value(1)),
  Greater: (from) => np.greater(from.value(0), from.value(1)),
  Cast: (from) => from.array(0).astype(np.float32),
  Relu: (from) => nn.relu(from.array(0)),
  Erf: (from) => lax.erf(from.array(0)),
  Clip: (from) => np.clip(from.array(0), from.value(1), from.value(2)),
  Softmax: (from, node) => nn.softmax(from.array(0), intOf(node, 'axis', -1)),
  Flatten: (from) => {
    const x = from.array(0);
    return x.reshape([x.shape[0] ?? 1, -1]);
  },
  Reshape: (from) => {
    const x = from.array(0);
    return x.reshape(
      from.ints(1).map((extent, axis) => (extent === 0 ? at(x.shape, axis) : extent)),
    );
  },
  Transpose: (from, node) => np.transpose(from.array(0), [...(intsOf(node, 'perm') ?? [])]),
  Unsqueeze: (from) => np.expandDims(from.array(0), from.ints(1)),
  Squeeze: (from) => np.squeeze(from.array(0), from.ints(1)),
  ReduceSum: (from, node) =>
    np.sum(from.array(0), from.ints(1), { keepdims: intOf(node, 'keepdims', 1) === 1 }),
  Gather: (from) => np.take(from.array(0), from.array(1), 0),
  Conv: (from, node) => {
    const pads = intsOf(node, 'pads') ?? [];
    const axes = pads.length / 2;
    const made = lax.convGeneralDilated(
      from.array(0),
      from.array(1),
      [...(intsOf(node, 'strides') ?? [])],
      Array.from({ length: axes }, (_, axis) => [at(pads, axis), at(pads, axis + axes)]),
      { featureGroupCount: intOf(node, 'group', 1) },
    );
    if (node.inputs.length < 3) return made;
    return np.add(made, from.array(2).reshape([1, -1, ...new Array<number>(axes).fill(1)]));
  },
  MaxPool: (from, node) =>
    lax.reduceWindow(
      from.array(0),
      (window) => np.max(window),
      [...(intsOf(node, 'kernel_shape') ?? [])],
      [...(intsOf(node, 'strides') ?? [])],
    ),
  GlobalAveragePool: (from) => {
    const x = from.array(0);
    const places = Array.from({ length: x.ndim - 2 }, (_, axis) => axis + 2);
    return np.mean(x, places, { keepdims: true });
  },
  LayerNormalization: (from, node) =>
    np.add(
      np.multiply(normalised(from.array(0), [-1], floatOf(node, 'epsilon', 1e-5)), from.array(1)),
      from.array(2),
    ),
  // Of the batch's own statistics, as in training.
  BatchNormalization: (from, node) =>
    np.add(
      np.multiply(
        normalised(from.array(0), [0, 2, 3], floatOf(node, 'epsilon', 1e-5)),
        from.array(1).reshape([1, -1, 1, 1]),
      ),
      from.array(2).reshape([1, -1, 1, 1]),
    ),
  GRU: gru,
};

function normalised(x: np.Array, axes: number[], epsilon: number): np.Array {
  const centred = np.subtract(x.ref, np.mean(x, axes, { keepdims: true }));
  const variance = np.mean(np.square(centred.ref), axes, { keepdims: true });
  return np.divide(centred, np.sqrt(np.add(variance, epsilon)));
}

/** The last hidden state of a GRU whose reset gate comes after the product (as in PyTorch). */
function gru(from: Reader, node: OpNode): np.Array {
  const hidden = intOf(node, 'hidden_size', 0);
  const series = from.array(0);
  const [frames = 0, batch = 0] = series.shape;
  const biases = np.squeeze(from.array(3), [0]).reshape([2, 3 * hidden]);
  const [inner, outer] = [biases.ref.slice(0), biases.slice(1)];
  const rows = np.transpose(np.squeeze(from.array(1), [0]));
  const turned = np.transpose(np.squeeze(from.array(2), [0]));
  const fed = np.add(np.matmul(series, rows), inner);
  let state = np.zeros([batch, hidden]);
  for (let frame = 0; frame < frames; frame++) {
    const input = fed.ref.slice(frame);
    const last = np.add(np.matmul(state.ref, turned.ref), outer.ref);
    // Gates in ONNX's order: update, reset, new.
    const gate = (which: number, of: np.Array) =>
      of.ref.slice([], [which * hidden, (which + 1) * hidden]);
    const update = nn.sigmoid(np.add(gate(0, input), gate(0, last)));
    const reset = nn.sigmoid(np.add(gate(1, input), gate(1, last)));
    const made = np.tanh(np.add(gate(2, input), np.multiply(reset, gate(2, last))));
    state = np.add(np.multiply(np.subtract(1, update.ref), made), np.multiply(update, state));
  }
  return state.reshape([1, batch, hidden]);
}

function at(list: readonly number[], index: number): number {
  return list[index] ?? 0;
}

/** A node's inputs; each call gives a reference of its own, as jax-js's functions use theirs up. */
class Reader {
  readonly #node: OpNode;
  readonly #values: ReadonlyMap<string, Value>;
  readonly #constants: ReadonlyMap<string, Literal>;

  constructor(
    node: OpNode,
    values: ReadonlyMap<string, Value>,
    constants: ReadonlyMap<string, Literal>,
  ) {
    this.#node = node;
    this.#values = values;
    this.#constants = constants;
  }

  value(input: number): Value {
    const name = this.#node.inputs[input] ?? '';
    const value = this.#values.get(name);
    if (value !== undefined) return typeof value === 'number' ? value : value.ref;
    const number = this.#constant(name)[0];
    if (number === undefined) throw new Error(`nothing is ${name}`);
    return number;
  }

  array(input: number): np.Array {
    const value = this.value(input);
    return typeof value === 'number' ? np.array(value) : value;
  }

  ints(input: number): number[] {
    return this.#constant(this.#node.inputs[input] ?? '');
  }

  #constant(name: string): number[] {
    const tensor = this.#constants.get(name);
    return tensor === undefined ? [] : Array.from(numbersOf(tensor));
  }
}

/** The network's first output. */
function forward(network: Network, weights: Weights, inputs: Weights): np.Array {
  const values = new Map<string, Value>(Object.entries({ ...weights, ...inputs }));
  for (const node of network.nodes) {
    const operator = operators[node.op];
    if (operator === undefined) throw new Error(`no ${node.op} in jax-js here`);
    const made = operator(new Reader(node, values, network.initializers), node);
    values.set(node.outputs.find((name) => name !== '') ?? '', made);
  }
  const output = values.get(network.outputs[0]?.name ?? '');
  if (output === undefined || typeof output === 'number') throw new Error('no output');
  const result = output.ref;
  for (const value of values.values()) if (typeof value !== 'number') value.dispose();
  return result;
}

function crossEntropy(network: Network) {
  return (weights: Weights, inputs: Weights, labels: np.Array): np.Array => {
    const logits = forward(network, weights, inputs);
    const truth = nn.oneHot(labels, logits.shape[1] ?? 1);
    return np.mean(np.negative(np.sum(np.multiply(truth, nn.logSoftmax(logits, -1)), -1)));
  };
}

/** What an update makes of one weight: it, and its slots. */
type Update = (w: np.Array, g: np.Array, slots: np.Array[], scalars: np.Array[]) => np.Array[];

/**
 * Sources: Sutskever et al. 2013 in the form of torch.optim.SGD; Kingma and Ba, arXiv 1412.6980;
 * Loshchilov and Hutter, arXiv 1711.05101.
 */
function updateOf(optimizer: Optimizer, rate: number, decay: number): Update {
  const taken = (w: np.Array, by: np.Array) => np.subtract(w, np.multiply(by, rate));
  const plus = (a: np.Array, b: np.Array, factor: number) => np.add(a, np.multiply(b, factor));
  if (optimizer.is === 'sgd') {
    const { momentum, nesterov } = optimizer;
    return (w, g, [velocity]) => {
      const full = decay === 0 ? g : plus(g, w.ref, decay);
      if (velocity === undefined) return [taken(w, full)];
      const next = plus(full.ref, velocity, momentum);
      if (nesterov) return [taken(w, plus(full, next.ref, momentum)), next];
      full.dispose();
      return [taken(w, next.ref), next];
    };
  }
  const { b1, b2, eps } = optimizer;
  return (before, gradient, [mean, square], [c1, c2]) => {
    if (mean === undefined || square === undefined || c1 === undefined || c2 === undefined)
      throw new Error('no slots');
    const apart = optimizer.is === 'adamw';
    const g = apart || decay === 0 ? gradient : plus(gradient, before.ref, decay);
    const w = apart && decay !== 0 ? np.multiply(before, 1 - rate * decay) : before;
    const m = np.add(np.multiply(mean, b1), np.multiply(g.ref, 1 - b1));
    const v = np.add(np.multiply(square, b2), np.multiply(np.square(g), 1 - b2));
    const by = np.divide(
      np.multiply(m.ref, c1.ref),
      np.add(np.sqrt(np.multiply(v.ref, c2.ref)), eps),
    );
    return [taken(w, by), m, v];
  };
}

/** A compiled step in jax-js with its weights and optimiser state. */
export async function jaxPeer(options: PeerOptions): Promise<Peer> {
  const { network, trainable, optimizer, learningRate, weightDecay = 0, device = 'wasm' } = options;
  await init(device);
  defaultDevice(device);
  const slotCount = optimizer.is === 'sgd' ? (optimizer.momentum === 0 ? 0 : 1) : 2;
  const updates = new Map(
    trainable.map((name) => {
      const decays = options.decaying?.includes(name) ?? true;
      return [name, updateOf(optimizer, learningRate, decays ? weightDecay : 0)];
    }),
  );
  let weights: Weights = {};
  let slots: Record<string, np.Array[]> = {};
  const fixed: Weights = {};
  for (const [name, tensor] of network.initializers) {
    const isWeight = trainable.includes(name);
    if (!isWeight && (tensor.dtype !== 'f32' || tensor.shape.length === 0)) continue;
    const made = arrayOf(numbersOf(tensor), tensor.shape, 'f32');
    if (isWeight) weights[name] = made;
    else fixed[name] = made;
    if (isWeight)
      slots[name] = Array.from({ length: slotCount }, () => np.zeros([...tensor.shape]));
  }
  const loss = crossEntropy(network);
  const both = valueAndGrad(loss);
  const train = jit(
    (
      w: Weights,
      state: Record<string, np.Array[]>,
      inputs: Weights,
      labels: np.Array,
      scalars: np.Array[],
    ): [np.Array, Weights, Record<string, np.Array[]>] => {
      const [value, gradients] = both(tree.ref(w), inputs, labels) as [np.Array, Weights];
      const nextWeights: Weights = {};
      const nextState: Record<string, np.Array[]> = {};
      for (const [name, update] of updates) {
        const [weight, gradient] = [w[name], gradients[name]];
        if (weight === undefined || gradient === undefined) throw new Error(`no ${name}`);
        const [next, ...rest] = update(weight, gradient, state[name] ?? [], scalars);
        if (next === undefined) throw new Error(`no update of ${name}`);
        nextWeights[name] = next;
        nextState[name] = rest;
      }
      tree.dispose(scalars);
      return [value, nextWeights, nextState];
    },
  );
  const infer = jit((w: Weights, inputs: Weights) => np.argmax(forward(network, w, inputs), -1));
  const arrays = (inputs: PeerBatch['inputs'], count: number): Weights =>
    Object.fromEntries(
      network.inputs.map(({ name, dtype, shape }) => [
        name,
        arrayOf(
          inputs[name] ?? [],
          [count, ...shape.slice(1).map(Number)],
          dtype === 'i32' ? 'i32' : 'f32',
        ),
      ]),
    );
  let steps = 0;
  return {
    step: async ({ inputs, labels }) => {
      steps++;
      const scalars =
        optimizer.is === 'sgd'
          ? []
          : [1 / (1 - optimizer.b1 ** steps), 1 / (1 - optimizer.b2 ** steps)].map((each) =>
              np.array(each),
            );
      const given = { ...tree.ref(fixed), ...arrays(inputs, labels.length) };
      const y = np.array(Int32Array.from(labels), { dtype: np.int32 });
      const [value, nextWeights, nextSlots] = train(weights, slots, given, y, scalars);
      weights = nextWeights;
      slots = nextSlots;
      return (await numbersFrom(value))[0] ?? Number.NaN;
    },
    classify: async (inputs, count) => {
      const given = { ...tree.ref(fixed), ...arrays(inputs, count) };
      return Int32Array.from(await numbersFrom(infer(tree.ref(weights), given)));
    },
  };
}

/** Its type names a class that this project's language level does not have. */
async function numbersFrom(array: np.Array): Promise<ArrayLike<number>> {
  return (await array.data()) as ArrayLike<number>;
}

function arrayOf(
  numbers: ArrayLike<number>,
  shape: readonly number[],
  dtype: 'f32' | 'i32',
): np.Array {
  const data = dtype === 'i32' ? Int32Array.from(numbers) : Float32Array.from(numbers);
  return np.array(data, { dtype: dtype === 'i32' ? np.int32 : np.float32 }).reshape([...shape]);
}
