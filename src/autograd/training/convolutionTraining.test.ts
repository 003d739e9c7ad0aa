import { expect, it } from 'vitest';
import { attribute } from '../../core/network/attributes.ts';
import { elementCount } from '../../core/dtype.ts';
import { literal, numbersOf } from '../../core/network/literal.ts';
import type { Literal, Network } from '../../core/network/network.ts';
import { node, noise, plainSettings, train, type Batch } from './trainHost.fixture.ts';
import { trainingStep } from './trainingStep.ts';

const [examples, side, channels, classes] = [4, 6, 2, 3];
const half = side / 2;
const names = ['kernel', 'offset', 'matrix', 'bias'] as const;
type Weights = Record<(typeof names)[number], Float64Array>;

function smallCnn(): Network {
  const draw = noise(6);
  const drawn = (...shape: number[]): Literal =>
    literal(
      'f32',
      shape,
      Array.from({ length: elementCount(shape) }, () => draw() / 2),
    );
  return {
    name: 'cnn',
    opsets: { '': 17 },
    inputs: [{ name: 'x', dtype: 'f32', shape: ['batch', 1, side, side] }],
    outputs: [{ name: 'y', dtype: 'f32', shape: ['batch', classes] }],
    initializers: new Map([
      ['kernel', drawn(channels, 1, 3, 3)],
      ['offset', drawn(channels)],
      ['matrix', drawn(channels * half * half, classes)],
      ['bias', drawn(classes)],
    ]),
    nodes: [
      node('Conv', ['x', 'kernel', 'offset'], 'c', { pads: attribute([1, 1, 1, 1]) }),
      node('Relu', ['c'], 'r'),
      node('MaxPool', ['r'], 'p', {
        kernel_shape: attribute([2, 2]),
        strides: attribute([2, 2]),
      }),
      node('Flatten', ['p'], 'f'),
      node('Gemm', ['f', 'matrix', 'bias'], 'y'),
    ],
  };
}

/** Adds an example's part to the gradients, in plain loops; gives its loss. */
function backward(x: ArrayLike<number>, label: number, w: Weights, into: Weights): number {
  const add = (to: Float64Array, at: number, by: number) => void (to[at] = (to[at] ?? 0) + by);
  const pixel = (row: number, column: number) =>
    row < 0 || column < 0 || row >= side || column >= side ? 0 : (x[row * side + column] ?? 0);
  const eachTap = (use: (tap: number, down: number, right: number) => void) => {
    for (let tap = 0; tap < 9; tap++) use(tap, Math.floor(tap / 3) - 1, (tap % 3) - 1);
  };
  // Largest value of each window after the ReLU, and where it was.
  const pooled: { value: number; row: number; column: number }[] = [];
  for (let channel = 0; channel < channels; channel++)
    for (let place = 0; place < half * half; place++) {
      let best = { value: 0, row: -1, column: -1 };
      for (let corner = 0; corner < 4; corner++) {
        const row = 2 * Math.floor(place / half) + Math.floor(corner / 2);
        const column = 2 * (place % half) + (corner % 2);
        let value = w.offset[channel] ?? 0;
        eachTap((tap, down, right) => {
          value += (w.kernel[channel * 9 + tap] ?? 0) * pixel(row + down, column + right);
        });
        if (value > best.value) best = { value, row, column };
      }
      pooled.push(best);
    }
  const logits = Array.from({ length: classes }, (_, k) =>
    pooled.reduce(
      (sum, { value }, j) => sum + value * (w.matrix[j * classes + k] ?? 0),
      w.bias[k] ?? 0,
    ),
  );
  const all = logits.reduce((sum, value) => sum + Math.exp(value), 0);
  const slopes = logits.map(
    (value, k) => (Math.exp(value) / all - (k === label ? 1 : 0)) / examples,
  );
  for (const [k, slope] of slopes.entries()) add(into.bias, k, slope);
  for (const [j, { value, row, column }] of pooled.entries()) {
    let back = 0;
    for (const [k, slope] of slopes.entries()) {
      add(into.matrix, j * classes + k, value * slope);
      back += slope * (w.matrix[j * classes + k] ?? 0);
    }
    // Where all four were negative the ReLU lets nothing through.
    if (row < 0) continue;
    const channel = Math.floor(j / (half * half));
    add(into.offset, channel, back);
    eachTap((tap, down, right) => {
      add(into.kernel, channel * 9 + tap, back * pixel(row + down, column + right));
    });
  }
  return (Math.log(all) - (logits[label] ?? 0)) / examples;
}

function trainPlainly(network: Network, batches: readonly Batch[]) {
  const start = (name: string) =>
    numbersOf(network.initializers.get(name) ?? literal('f32', [0], []));
  const like = (make: (name: string) => Float64Array) =>
    Object.fromEntries(names.map((name) => [name, make(name)])) as Weights;
  const weights = like(start);
  const velocity = like((name) => start(name).fill(0));
  const size = side * side;
  const losses = batches.map(({ inputs, targets }) => {
    const gradients = like((name) => start(name).fill(0));
    let loss = 0;
    for (let example = 0; example < examples; example++) {
      const x = Array.from(inputs['x'] ?? []).slice(example * size, (example + 1) * size);
      loss += backward(x, targets[0]?.[example] ?? 0, weights, gradients);
    }
    for (const name of names) {
      velocity[name] = velocity[name].map((each, at) => 0.9 * each + (gradients[name][at] ?? 0));
      weights[name] = weights[name].map((each, at) => each - 0.1 * (velocity[name][at] ?? 0));
    }
    return loss;
  });
  return { weights, losses };
}

it('trains a small convolutional network as plain loops do, 20 steps with momentum', async () => {
  const network = smallCnn();
  const draw = noise(12);
  const size = side * side;
  const batches: Batch[] = Array.from({ length: 20 }, () => ({
    inputs: { x: Array.from({ length: examples * size }, draw) },
    targets: [[0, 1, 2, 1]],
  }));
  const step = trainingStep({
    network,
    trainable: names,
    heads: [{ output: 'y', loss: { is: 'cross-entropy' }, weight: 1 }],
    settings: {
      ...plainSettings,
      batchSize: examples,
      microBatch: examples,
      optimizer: { is: 'sgd', momentum: 0.9, nesterov: false },
    },
  });
  const { state, losses } = await train(step, network, batches);

  const { weights, losses: wanted } = trainPlainly(network, batches);
  for (const [at, loss] of wanted.entries()) expect(losses[at]?.[0]).toBeCloseTo(loss, 5);
  expect(losses.at(-1)?.[0]).toBeLessThan(losses[0]?.[0] ?? 0);
  for (const name of names)
    for (const [index, value] of weights[name].entries())
      expect(state.get(name)?.data[index]).toBeCloseTo(value, 5);
});
