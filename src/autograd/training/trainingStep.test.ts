import { describe, expect, it } from 'vitest';
import { runOnnxRuntime } from '../../compute/runOnnxRuntime.fixture.ts';
import { literal, numbersOf } from '../../core/network/literal.ts';
import type { Network } from '../../core/network/network.ts';
import type { Optimizer } from '../../core/training/settings.ts';
import { webGpuOperators } from '../webGpuOperators.fixture.ts';
import type { StepOptions, StepSettings, TrainingStep } from './stepTypes.ts';
import { mlp, noise, plainSettings, train, type Batch } from './trainHost.fixture.ts';
import { trainingStep } from './trainingStep.ts';

const sizes = [5, 7, 4];
const trainable = ['w0', 'b0', 'w1', 'b1'];

function batches(count: number, size = 6): Batch[] {
  const draw = noise(5);
  return Array.from({ length: count }, () => {
    const x = Array.from({ length: size * 5 }, draw);
    // Learnable: the class is where the largest of the first four numbers is.
    const labels = Array.from({ length: size }, (_, at) => {
      const row = x.slice(at * 5, at * 5 + 4);
      return row.indexOf(Math.max(...row));
    });
    return { inputs: { x }, targets: [labels] };
  });
}

function optionsOf(settings: Partial<StepSettings>, network: Network = mlp(sizes)): StepOptions {
  return {
    network,
    trainable,
    heads: [{ output: 'y', loss: { is: 'cross-entropy' }, weight: 1 }],
    settings: { ...plainSettings, ...settings },
  };
}

/** A multi-layer perceptron with cross-entropy, trained in plain loops: PyTorch's formulas in float64. */
class Plain {
  readonly weights = new Map<string, Float64Array>();
  readonly #moments = new Map<string, Float64Array[]>();
  readonly average = new Map<string, Float64Array>();
  readonly #settings: StepSettings;
  #step = 0;

  constructor(network: Network, settings: StepSettings) {
    this.#settings = settings;
    for (const [name, tensor] of network.initializers) {
      this.weights.set(name, numbersOf(tensor));
      this.average.set(name, numbersOf(tensor));
    }
  }

  get(name: string): Float64Array {
    return this.weights.get(name) ?? new Float64Array();
  }

  step({ inputs, targets }: Batch, rate: number): number {
    const { loss, gradients } = this.#backward(inputs['x'] ?? [], targets[0] ?? []);
    const { clipNorm, ema, weightDecay, decayAll } = this.#settings;
    this.#step++;
    const norm = Math.hypot(...[...gradients.values()].flatMap((each) => [...each]));
    const factor = clipNorm === undefined ? 1 : Math.min(1, clipNorm / (norm + 1e-6));
    for (const [name, gradient] of gradients) {
      const decay = decayAll || name.startsWith('w') ? weightDecay : 0;
      const clipped = gradient.map((each) => each * factor);
      this.#update(name, clipped, decay, rate);
      const [average, weight] = [this.average.get(name), this.get(name)];
      if (ema !== undefined)
        this.average.set(
          name,
          weight.map((each, at) => ema * (average?.[at] ?? 0) + (1 - ema) * each),
        );
    }
    return loss;
  }

  #update(name: string, gradient: Float64Array, decay: number, rate: number): void {
    const weight = this.get(name);
    const { optimizer } = this.#settings;
    const moments = this.#moments.get(name) ?? [weight.map(() => 0), weight.map(() => 0)];
    this.#moments.set(name, moments);
    const [first = weight, second = weight] = moments;
    for (let at = 0; at < weight.length; at++) {
      let w = weight[at] ?? 0;
      let g = gradient[at] ?? 0;
      if (optimizer.is === 'adamw') w -= rate * decay * w;
      else g += decay * w;
      if (optimizer.is === 'sgd') {
        const { momentum, nesterov } = optimizer;
        const velocity = momentum * (first[at] ?? 0) + g;
        first[at] = velocity;
        weight[at] = w - rate * (nesterov ? g + momentum * velocity : velocity);
      } else weight[at] = w - rate * this.#adaptive(optimizer, first, second, at, g);
    }
  }

  #adaptive(
    { b1, b2, eps }: Exclude<Optimizer, { is: 'sgd' }>,
    first: Float64Array,
    second: Float64Array,
    at: number,
    g: number,
  ): number {
    const mean = b1 * (first[at] ?? 0) + (1 - b1) * g;
    const square = b2 * (second[at] ?? 0) + (1 - b2) * g * g;
    first[at] = mean;
    second[at] = square;
    const corrected = Math.sqrt(square / (1 - b2 ** this.#step));
    return mean / (1 - b1 ** this.#step) / (corrected + eps);
  }

  #backward(x: ArrayLike<number>, labels: ArrayLike<number>) {
    const [into = 0, hidden = 0, out = 0] = sizes;
    const gradients = new Map(
      trainable.map((name) => [name, new Float64Array(this.get(name).length)]),
    );
    const add = (name: string, at: number, by: number) => {
      const all = gradients.get(name);
      if (all !== undefined) all[at] = (all[at] ?? 0) + by;
    };
    let loss = 0;
    for (let row = 0; row < labels.length; row++) {
      const input = Array.from({ length: into }, (_, i) => x[row * into + i] ?? 0);
      const z = Array.from({ length: hidden }, (_, j) =>
        input.reduce(
          (sum, value, i) => sum + value * (this.get('w0')[i * hidden + j] ?? 0),
          this.get('b0')[j] ?? 0,
        ),
      );
      const h = z.map((value) => Math.max(0, value));
      const y = Array.from({ length: out }, (_, k) =>
        h.reduce(
          (sum, value, j) => sum + value * (this.get('w1')[j * out + k] ?? 0),
          this.get('b1')[k] ?? 0,
        ),
      );
      const all = y.map(Math.exp).reduce((left, right) => left + right, 0);
      loss -= Math.log(Math.exp(y[labels[row] ?? 0] ?? 0) / all) / labels.length;
      const dy = y.map(
        (value, k) => (Math.exp(value) / all - (k === labels[row] ? 1 : 0)) / labels.length,
      );
      const dz = z.map((value, j) =>
        value > 0
          ? dy.reduce((sum, each, k) => sum + each * (this.get('w1')[j * out + k] ?? 0), 0)
          : 0,
      );
      dy.forEach((each, k) => {
        add('b1', k, each);
        h.forEach((value, j) => {
          add('w1', j * out + k, value * each);
        });
      });
      dz.forEach((each, j) => {
        add('b0', j, each);
        input.forEach((value, i) => {
          add('w0', i * hidden + j, value * each);
        });
      });
    }
    return { loss, gradients };
  }
}

function refuseOff(step: TrainingStep): void {
  const programs =
    step.run.is === 'single' ? [step.run.step] : [step.run.accumulate, step.run.apply];
  for (const { network } of programs)
    for (const { op } of network.nodes) expect(webGpuOperators.has(op), op).toBe(true);
}

const optimizers: readonly (readonly [string, Optimizer])[] = [
  ['sgd', { is: 'sgd', momentum: 0, nesterov: false }],
  ['momentum', { is: 'sgd', momentum: 0.9, nesterov: false }],
  ['nesterov', { is: 'sgd', momentum: 0.8, nesterov: true }],
  ['adam', { is: 'adam', b1: 0.9, b2: 0.99, eps: 1e-3 }],
  ['adamw', { is: 'adamw', b1: 0.9, b2: 0.99, eps: 1e-8 }],
];
const variants: readonly (readonly [string, Partial<StepSettings>])[] = [
  ['plain', {}],
  ['with weight decay', { weightDecay: 0.05 }],
  ['with weight decay of everything', { weightDecay: 0.05, decayAll: true }],
  ['with clipping', { clipNorm: 0.3 }],
  ['with a moving average', { ema: 0.9 }],
  ['with clipping and decay in micro-batches', { clipNorm: 0.3, weightDecay: 0.05, microBatch: 2 }],
];

describe.each(optimizers)('%s', (_, optimizer) => {
  it.each(variants)('%s trains as PyTorch’s formulas do', async (__, variant) => {
    const options = optionsOf({ optimizer, ...variant });
    const step = trainingStep(options);
    refuseOff(step);
    const data = batches(20);
    const rate = (at: number) => 0.1 / Math.sqrt(at);
    const { state, losses } = await train(step, options.network, data, { learningRate: rate });
    const plain = new Plain(options.network, options.settings);
    for (const [at, batch] of data.entries())
      expect(losses[at]?.[0]).toBeCloseTo(plain.step(batch, rate(at + 1)), 5);
    for (const name of trainable) {
      const made = state.get(name)?.data ?? [];
      const wanted = plain.get(name);
      for (const [at, value] of wanted.entries()) expect(made[at]).toBeCloseTo(value, 4);
      if (options.settings.ema === undefined) continue;
      const average = state.get(`${name}::average`)?.data ?? [];
      for (const [at, value] of (plain.average.get(name) ?? []).entries())
        expect(average[at]).toBeCloseTo(value, 4);
    }
  });

  it('runs on ONNX Runtime with the same weights', async () => {
    const options = optionsOf({ optimizer, weightDecay: 0.01, clipNorm: 1, ema: 0.95 });
    const step = trainingStep(options);
    const data = batches(5);
    const ours = await train(step, options.network, data);
    const theirs = await train(step, options.network, data, { run: runOnnxRuntime });
    for (const [name, { data: values }] of ours.state)
      for (const [at, value] of values.entries())
        expect(Math.abs((theirs.state.get(name)?.data[at] ?? NaN) - value)).toBeLessThan(2e-5);
  });
});

describe('a training step', () => {
  const sgd = { is: 'sgd', momentum: 0.9, nesterov: false } as const;

  it('computes no gradient that it does not need', () => {
    const step = trainingStep(optionsOf({ optimizer: sgd }));
    const { nodes = [] } = step.run.is === 'single' ? step.run.step.network : {};
    // Forward 2, weights 2, and one by the hidden layer; the velocity is inside two of them.
    expect(nodes.filter(({ op }) => op === 'Gemm')).toHaveLength(5);
    expect(nodes.filter(({ op }) => op === 'Transpose')).toHaveLength(0);
    const last = trainingStep({ ...optionsOf({ optimizer: sgd }), trainable: ['w1', 'b1'] });
    const { nodes: few = [] } = last.run.is === 'single' ? last.run.step.network : {};
    expect(few.filter(({ op }) => op === 'Gemm')).toHaveLength(3);
    expect(last.fixed.map(({ of }) => of)).toEqual(['w0', 'b0']);
    expect(last.state.map(({ name }) => name)).toEqual([
      'w1',
      'w1::velocity',
      'b1',
      'b1::velocity',
    ]);
  });

  it('has for its inputs the feeds, state and fixed tensors, and no others', () => {
    const step = trainingStep({
      ...optionsOf({ optimizer: sgd, microBatch: 3, ema: 0.9 }),
      trainable: ['w1'],
      masked: ['w1'],
    });
    if (step.run.is === 'single') throw new Error('expected two programs');
    for (const { network, feeds, state, fixed, writes } of [step.run.accumulate, step.run.apply]) {
      const names = [...feeds.map(({ name }) => name), ...state, ...fixed];
      expect(network.inputs.map(({ name }) => name)).toEqual(names);
      const outputs = new Set(network.outputs.map(({ name }) => name));
      for (const output of writes.values()) expect(outputs.has(output)).toBe(true);
    }
    expect(step.run.apply.fixed).toEqual(['w1::mask']);
    expect([...step.run.accumulate.writes.keys()]).toEqual(['w1::gradient']);
  });

  it.each(['sgd', 'adamw'] as const)('keeps pruned weights at 0 with %s', async (is) => {
    const network = mlp(sizes);
    const mask = literal(
      'f32',
      [5, 7],
      Array.from({ length: 35 }, (_, at) => at % 2),
    );
    const w0 = numbersOf(network.initializers.get('w0') ?? mask).map((w, at) => (at % 2) * w);
    const pruned = {
      ...network,
      initializers: new Map([...network.initializers, ['w0', literal('f32', [5, 7], w0)]]),
    };
    const optimizer = is === 'sgd' ? sgd : { is, b1: 0.9, b2: 0.999, eps: 1e-8 };
    const options = { ...optionsOf({ optimizer, ema: 0.5 }, pruned), masked: ['w0'] };
    const { state } = await train(trainingStep(options), pruned, batches(3), {
      masks: new Map([['w0', mask]]),
    });
    for (const name of ['w0', 'w0::average'])
      for (const [at, value] of (state.get(name)?.data ?? []).entries())
        expect(value !== 0).toBe(at % 2 === 1);
  });

  it('trains what goes into a softmax at the end, and says so', async () => {
    const plain = await train(trainingStep(optionsOf({})), mlp(sizes), batches(3));
    for (const end of ['Softmax', 'LogSoftmax'] as const) {
      const options = optionsOf({}, mlp(sizes, end));
      const step = trainingStep(options);
      expect(step.without).toEqual([[end]]);
      expect((await train(step, options.network, batches(3))).state).toEqual(plain.state);
    }
    const squared = trainingStep({
      ...optionsOf({}, mlp(sizes, 'Softmax')),
      heads: [{ output: 'y', loss: { is: 'mean-squared-error' }, weight: 1 }],
    });
    expect(squared.without).toEqual([[]]);
  });

  it('adds the weighted losses of several heads, on one output or on many', async () => {
    const network = mlp(sizes);
    const both: StepOptions = {
      ...optionsOf({}),
      heads: [
        { output: 'y', loss: { is: 'cross-entropy' }, weight: 0.3 },
        { output: 'y', loss: { is: 'mean-squared-error' }, weight: 2 },
        { output: 'h0', loss: { is: 'mean-absolute-error' }, weight: 0.5 },
      ],
    };
    const open = {
      ...network,
      outputs: [...network.outputs, { name: 'h0', dtype: 'f32', shape: ['batch', 7] } as const],
    };
    const draw = noise(8);
    const [first] = batches(1);
    const targets = [
      first?.targets[0] ?? [],
      Array.from({ length: 24 }, draw),
      Array.from({ length: 42 }, draw),
    ];
    const batch = { inputs: first?.inputs ?? {}, targets };
    const joint = await train(trainingStep({ ...both, network: open }), open, [batch]);
    // SGD is linear in the gradient: the changes of the single heads add up.
    const singles = await Promise.all(
      both.heads.map((head, at) =>
        train(trainingStep({ ...both, network: open, heads: [{ ...head, weight: 1 }] }), open, [
          { ...batch, targets: [targets[at] ?? []] },
        ]),
      ),
    );
    expect(joint.losses[0]).toEqual(singles.map(({ losses }) => losses[0]?.[0]));
    const before = numbersOf(network.initializers.get('w0') ?? literal('f32', [0], []));
    for (const [at, start] of before.entries()) {
      const change = singles.reduce(
        (sum, { state }, head) =>
          sum + (both.heads[head]?.weight ?? 0) * ((state.get('w0')?.data[at] ?? NaN) - start),
        0,
      );
      expect((joint.state.get('w0')?.data[at] ?? NaN) - start).toBeCloseTo(change, 8);
    }
  });

  it('leaves weights alone that the loss does not see', () => {
    const step = trainingStep({
      ...optionsOf({}),
      heads: [{ output: 'h0', loss: { is: 'mean-squared-error' }, weight: 1 }],
    });
    expect(step.untouched).toEqual(['w1', 'b1']);
    expect([...step.state, ...step.fixed].map(({ of }) => of)).toEqual(['w0', 'b0']);
  });

  it('changes nothing by a batch without labels', async () => {
    const options = optionsOf({ optimizer: sgd });
    const empty = batches(2).map(({ inputs }) => ({ inputs, targets: [[-1, -1, -1, -1, -1, -1]] }));
    const { state, losses } = await train(trainingStep(options), options.network, empty);
    expect(losses).toEqual([[0], [0]]);
    for (const name of trainable)
      expect(state.get(name)?.data).toEqual(
        numbersOf(options.network.initializers.get(name) ?? literal('f32', [0], [])),
      );
  });

  it.each(optimizers)('changes nothing at rate 0 (%s)', async (_, optimizer) => {
    const options = optionsOf({ optimizer, weightDecay: 0.1 });
    const { state } = await train(trainingStep(options), options.network, batches(2), {
      learningRate: () => 0,
      run: runOnnxRuntime,
    });
    for (const name of trainable)
      expect(state.get(name)?.data).toEqual(
        numbersOf(options.network.initializers.get(name) ?? literal('f32', [0], [])),
      );
  });

  it('refuses a weight that is not there and one that is not f32', () => {
    expect(() => trainingStep({ ...optionsOf({}), trainable: ['nothing'] })).toThrow(
      'no such weight',
    );
    const network = mlp(sizes);
    const whole = {
      ...network,
      initializers: new Map([
        ...network.initializers,
        ['b0', literal('f64', [7], new Array(7).fill(0))],
      ]),
    };
    expect(() => trainingStep(optionsOf({}, whole))).toThrow('only f32');
    expect(() =>
      trainingStep({
        ...optionsOf({}),
        heads: [{ output: 'none', loss: { is: 'cosine' }, weight: 1 }],
      }),
    ).toThrow('no such output');
  });
});
