import * as tf from '@tensorflow/tfjs-core';
// A bundler leaves it out otherwise.
import '@tensorflow/tfjs-core/dist/register_all_gradients.js';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import '@tensorflow/tfjs-backend-webgpu';
import plainUrl from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm?url';
import simdUrl from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm?url';
import threadedUrl from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-threaded-simd.wasm?url';
import { floatOf, intOf, intsOf } from '../../../src/core/network/attributes.ts';
import { numbersOf } from '../../../src/core/network/literal.ts';
import type { Literal, Network, OpNode } from '../../../src/core/network/network.ts';
import type { TrainJob } from '../../../src/core/training/trainJob.ts';
import type { PeerBatch } from '../../../src/compute/independentJax.fixture.ts';
import type { Contestant, Who } from './contestant.ts';
import { peerSteps } from './peerSteps.ts';
import { jobOf } from './trials.ts';

/** Inputs of a node as tensors, and its whole-number constants. */
interface Reader {
  tensor(input: number): tf.Tensor;
  ints(input: number): number[];
}

/**
 * Operators of the project's models as one writes them in TensorFlow.js. Pictures are in its own layout,
 * channels last: the network's input and its kernels are turned beforehand, `Flatten` turns back.
 */
const operators: Readonly<Record<string, (from: Reader, node: OpNode) => tf.Tensor>> = {
  Gemm: (from, node) =>
    tf.add(
      tf.matMul(from.tensor(0), from.tensor(1), false, intOf(node, 'transB', 0) === 1),
      from.tensor(2),
    ),
  MatMul: (from) => product(from.tensor(0), from.tensor(1)),
  Add: (from) => tf.add(from.tensor(0), from.tensor(1)),
  Sub: (from) => tf.sub(from.tensor(0), from.tensor(1)),
  Mul: (from) => tf.mul(from.tensor(0), from.tensor(1)),
  Div: (from) => tf.div(from.tensor(0), from.tensor(1)),
  Max: (from) => tf.maximum(from.tensor(0), from.tensor(1)),
  Greater: (from) => tf.greater(from.tensor(0), from.tensor(1)),
  Cast: (from) => tf.cast(from.tensor(0), 'float32'),
  Relu: (from) => tf.relu(from.tensor(0)),
  Erf: (from) => tf.erf(from.tensor(0)),
  Softmax: (from) => tf.softmax(from.tensor(0)),
  Flatten: (from) => {
    const x = from.tensor(0);
    const turned = x.rank === 4 ? tf.transpose(x, [0, 3, 1, 2]) : x;
    return tf.reshape(turned, [x.shape[0], -1]);
  },
  Reshape: (from) => {
    const x = from.tensor(0);
    const shape = from
      .ints(1)
      .map((extent, axis) => (extent === 0 ? (x.shape[axis] ?? 1) : extent));
    return tf.reshape(x, shape);
  },
  Transpose: (from, node) => tf.transpose(from.tensor(0), [...(intsOf(node, 'perm') ?? [])]),
  Unsqueeze: (from) =>
    from.ints(1).reduce<tf.Tensor>((x, axis) => tf.expandDims(x, axis), from.tensor(0)),
  ReduceSum: (from, node) => tf.sum(from.tensor(0), from.ints(1), intOf(node, 'keepdims', 1) === 1),
  Gather: (from) => tf.gather(from.tensor(0), tf.cast(from.tensor(1), 'int32')),
  Conv: (from, node) => {
    const [pad = 0] = intsOf(node, 'pads') ?? [];
    const made = tf.conv2d(from.tensor(0) as tf.Tensor4D, from.tensor(1) as tf.Tensor4D, 1, pad);
    return tf.add(made, from.tensor(2));
  },
  MaxPool: (from) => tf.maxPool(from.tensor(0) as tf.Tensor4D, 2, 2, 'valid'),
  LayerNormalization: (from, node) => {
    const x = from.tensor(0);
    const { mean, variance } = tf.moments(x, -1, true);
    const scaled = tf.mul(tf.sub(x, mean), tf.rsqrt(tf.add(variance, floatOf(node, 'epsilon', 0))));
    return tf.add(tf.mul(scaled, from.tensor(1)), from.tensor(2));
  },
};

/** TensorFlow.js multiplies tensors of equal rank: rows of a sequence go as one matrix. */
function product(left: tf.Tensor, right: tf.Tensor): tf.Tensor {
  if (left.rank === right.rank) return tf.matMul(left, right);
  const rows = tf.reshape(left, [-1, left.shape.at(-1) ?? 1]);
  return tf.reshape(tf.matMul(rows, right), [...left.shape.slice(0, -1), right.shape[1] ?? 1]);
}

const isPicture = (shape: readonly unknown[]) => shape.length === 4;

function startTensor(tensor: Literal): tf.Tensor {
  const made = tf.tensor(Float32Array.from(numbersOf(tensor)), [...tensor.shape]);
  return isPicture(tensor.shape) ? tf.transpose(made, [2, 3, 1, 0]) : made;
}

function forward(network: Network, values: Map<string, tf.Tensor>): tf.Tensor2D {
  for (const node of network.nodes) {
    const from: Reader = {
      tensor: (input) => {
        const found = values.get(node.inputs[input] ?? '');
        if (found === undefined) throw new Error(`nothing is ${node.inputs[input] ?? ''}`);
        return found;
      },
      ints: (input) => {
        const tensor = network.initializers.get(node.inputs[input] ?? '');
        return tensor === undefined ? [] : Array.from(numbersOf(tensor));
      },
    };
    const operator = operators[node.op];
    if (operator === undefined) throw new Error(`TensorFlow.js: no ${node.op} here`);
    values.set(node.outputs[0] ?? '', operator(from, node));
  }
  return values.get('logits') as tf.Tensor2D;
}

function trainer(job: TrainJob): (batch: PeerBatch) => Promise<number> {
  const { network, trainable, settings } = job;
  const { optimizer, learningRate } = settings;
  const weights = new Map<string, tf.Tensor>();
  for (const [name, tensor] of network.initializers) {
    if (tensor.dtype !== 'f32' && tensor.dtype !== 'i32') continue;
    const start = startTensor(tensor);
    weights.set(name, trainable.includes(name) ? tf.variable(start) : start);
  }
  const variables = trainable.map((name) => weights.get(name) as tf.Variable);
  const update =
    optimizer.is === 'sgd'
      ? optimizer.momentum === 0
        ? tf.train.sgd(learningRate)
        : tf.train.momentum(learningRate, optimizer.momentum, optimizer.nesterov)
      : tf.train.adam(learningRate, optimizer.b1, optimizer.b2, optimizer.eps);
  const [input = { name: '', dtype: 'f32', shape: [] }] = network.inputs;
  const classes = Number(network.outputs[0]?.shape.at(-1));
  return async ({ inputs, labels }) => {
    const shape = [labels.length, ...input.shape.slice(1).map(Number)];
    const value = tf.tidy(() => {
      const given = tf.tensor(
        inputs[input.name] ?? [],
        shape,
        input.dtype === 'i32' ? 'int32' : 'float32',
      );
      const x = isPicture(shape) ? tf.transpose(given, [0, 2, 3, 1]) : given;
      const truth = tf.oneHot(tf.tensor1d(labels, 'int32'), classes);
      const made = update.minimize(
        () => {
          const logits = forward(network, new Map([...weights, [input.name, x]]));
          return tf.losses.softmaxCrossEntropy(truth, logits);
        },
        true,
        variables,
      );
      if (made === null) throw new Error('no loss');
      return made;
    });
    // Its type of numbers names a class that this project's language level does not have.
    const read = value as unknown as { data(): Promise<ArrayLike<number>> };
    const loss = (await read.data())[0] ?? Number.NaN;
    tf.dispose(value);
    return loss;
  };
}

/** TensorFlow.js with its own optimisers. */
export function tensorFlow({
  device,
}: Extract<Who, { is: 'jax-js' | 'TensorFlow.js' }>): Contestant {
  let steps: ((count: number) => ReturnType<Contestant['steps']>) | undefined;
  return {
    prepare: async (trial) => {
      if (device === 'wasm') {
        setWasmPaths({
          'tfjs-backend-wasm.wasm': plainUrl,
          'tfjs-backend-wasm-simd.wasm': simdUrl,
          'tfjs-backend-wasm-threaded-simd.wasm': threadedUrl,
        });
        // Its build with threads does not start in a module worker; before, it said 1 thread there.
        tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', false);
      }
      if (!(await tf.setBackend(device))) throw new Error(`TensorFlow.js has no ${device} here`);
      await tf.ready();
      const job = jobOf(trial);
      steps = peerSteps(job, trainer(job));
    },
    steps: (count) => steps?.(count) ?? Promise.reject(new Error('nothing is prepared')),
    free: () => {
      steps = undefined;
      tf.disposeVariables();
    },
  };
}
