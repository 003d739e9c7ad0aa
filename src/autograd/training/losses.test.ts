import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { elementCount } from '../../core/dtype.ts';
import type { Loss } from '../../core/training/settings.ts';
import { evaluate } from '../evaluate/evaluate.ts';
import { ndArray } from '../evaluate/ndArray.ts';
import { GraphBuilder } from '../graphBuilder.ts';
import { refuseOffGpu } from '../webGpuOperators.fixture.ts';
import { lossFeeds } from './lossFeeds.ts';
import { lossNodes, targetType, weightShape } from './losses.ts';

type Numbers = readonly number[];

/** Loss and derivative of a batch, as the graph computes them. */
function compute(
  loss: Loss,
  shape: Numbers,
  output: Numbers,
  targets: Numbers,
  given?: Numbers,
  opset = 17,
) {
  const b = new GraphBuilder(opset);
  b.input('output', 'f32', shape);
  const type = targetType(loss, shape);
  if (type !== undefined) b.input('target', type.dtype, type.shape);
  b.input('weights', 'f32', weightShape(loss, shape));
  const made = lossNodes(loss, { b, output: 'output', target: 'target', weights: 'weights' });
  const names = ['output', ...(type === undefined ? [] : ['target']), 'weights'];
  const network = b.build(
    'loss',
    names.map((name) => ({ name, dtype: b.dtype(name), shape: b.shape(name) })),
    [made.loss, made.gradient],
  );
  refuseOffGpu(b, network.nodes, 'loss');
  const feeds = lossFeeds(loss, targets, shape[0] ?? 0, given);
  const values = evaluate(
    network,
    new Map([
      ['output', ndArray('f32', shape, output)],
      ['weights', ndArray('f32', weightShape(loss, shape), feeds.weights)],
      ...(type === undefined
        ? []
        : [['target', ndArray(type.dtype, type.shape, feeds.targets)] as const]),
    ]),
  );
  const [value, gradient] = [values.get(made.loss), values.get(made.gradient)];
  expect(value?.shape).toEqual([]);
  expect(gradient?.shape).toEqual(shape);
  return { loss: value?.data[0] ?? NaN, gradient: gradient?.data ?? new Float64Array() };
}

const sum = (values: Numbers) => values.reduce((left, right) => left + right, 0);
const rowsOf = (values: Numbers, width: number) =>
  Array.from({ length: values.length / width }, (_, row) =>
    values.slice(row * width, (row + 1) * width),
  );
function logSoftmax(row: Numbers): Numbers {
  const most = Math.max(...row);
  const log = Math.log(sum(row.map((value) => Math.exp(value - most)))) + most;
  return row.map((value) => value - log);
}

function crossEntropyReference(
  { classWeights, labelSmoothing: e = 0 }: Extract<Loss, { is: 'cross-entropy' }>,
  rows: readonly Numbers[],
  labels: Numbers,
): number {
  const terms = rows.map((row, at) => {
    const y = labels[at] ?? 0;
    if (y < 0) return [0, 0] as const;
    const log = logSoftmax(row);
    const smooth = sum(log.map((value, c) => (-value * (classWeights?.[c] ?? 1)) / row.length));
    const own = classWeights?.[y] ?? 1;
    return [(1 - e) * own * -(log[y] ?? 0) + e * smooth, own] as const;
  });
  return sum(terms.map(([value]) => value)) / sum(terms.map(([, weight]) => weight));
}

/** The losses as PyTorch's documentation writes them, in float64, weights 1 each. */
function reference(loss: Loss, shape: Numbers, x: Numbers, t: Numbers): number {
  const width = shape.at(-1) ?? 1;
  const mean = (each: (x: number, t: number) => number) =>
    sum(x.map((value, at) => each(value, t[at] ?? 0))) / x.length;
  switch (loss.is) {
    case 'cross-entropy':
      return crossEntropyReference(loss, rowsOf(x, width), t);
    case 'binary-cross-entropy': {
      const p = loss.positiveWeight ?? 1;
      const log = (value: number) => -Math.log(1 + Math.exp(-value));
      return mean((value, target) => -(p * target * log(value) + (1 - target) * log(-value)));
    }
    case 'mean-squared-error':
      return mean((value, target) => (value - target) ** 2);
    case 'mean-absolute-error':
      return mean((value, target) => Math.abs(value - target));
    case 'huber':
      return mean((value, target) => {
        const error = Math.abs(value - target);
        return error <= loss.delta ? error ** 2 / 2 : loss.delta * (error - loss.delta / 2);
      });
    case 'triplet': {
      const rows = rowsOf(x, width);
      const far = (a: Numbers = [], b: Numbers = []) =>
        Math.hypot(...a.map((value, at) => value - (b[at] ?? 0) + 1e-6));
      const terms = rowsOf(
        rows.map((_, at) => at),
        3,
      ).map(([a = 0, p = 0, n = 0]) =>
        Math.max(0, far(rows[a], rows[p]) - far(rows[a], rows[n]) + loss.margin),
      );
      return sum(terms) / terms.length;
    }
    case 'cosine': {
      const others = rowsOf(t, width);
      const terms = rowsOf(x, width).map((row, at) => {
        const other = others[at] ?? [];
        const dot = sum(row.map((value, c) => value * (other[c] ?? 0)));
        return 1 - dot / (Math.hypot(...row) * Math.hypot(...other));
      });
      return sum(terms) / terms.length;
    }
    case 'distillation': {
      const heat = (row: Numbers = []) => logSoftmax(row.map((value) => value / loss.temperature));
      const teachers = rowsOf(t, width);
      const terms = rowsOf(x, width).map((row, at) => {
        const student = heat(row);
        return sum(heat(teachers[at]).map((log, c) => Math.exp(log) * (log - (student[c] ?? 0))));
      });
      return (loss.temperature ** 2 * sum(terms)) / terms.length;
    }
  }
}

const cases: readonly (readonly [string, Loss])[] = [
  ['cross-entropy', { is: 'cross-entropy' }],
  ['cross-entropy, smoothed', { is: 'cross-entropy', labelSmoothing: 0.1 }],
  ['cross-entropy, class weights', { is: 'cross-entropy', classWeights: [1, 0.5, 3, 2] }],
  [
    'cross-entropy, class weights, smoothed',
    { is: 'cross-entropy', classWeights: [1, 0.5, 3, 2], labelSmoothing: 0.2 },
  ],
  ['binary-cross-entropy', { is: 'binary-cross-entropy' }],
  ['binary-cross-entropy, positives weighted', { is: 'binary-cross-entropy', positiveWeight: 2.5 }],
  ['mean-squared-error', { is: 'mean-squared-error' }],
  ['mean-absolute-error', { is: 'mean-absolute-error' }],
  ['huber', { is: 'huber', delta: 0.7 }],
  ['triplet', { is: 'triplet', margin: 0.5 }],
  ['cosine', { is: 'cosine' }],
  ['distillation', { is: 'distillation', temperature: 3 }],
];

/** A batch for a loss: an output's shape, its numbers, and targets. */
function batchOf(loss: Loss) {
  const number = fc.integer({ min: -300, max: 300 }).map((value) => value / 100);
  const label = fc.integer({ min: -1, max: 3 });
  return fc
    .record({ threes: fc.integer({ min: 1, max: 2 }), middle: fc.constantFrom([], [2], [1, 3]) })
    .chain(({ threes, middle }) => {
      const shape = [3 * threes, ...(loss.is === 'triplet' ? [] : middle), 4];
      const count = elementCount(shape);
      const numbers = fc.array(number, { minLength: count, maxLength: count });
      const labels = fc.array(label, { minLength: count / 4, maxLength: count / 4 });
      // Off the grid of the outputs: |x − t| has a kink.
      const others = numbers.map((each) => each.map((value) => value + 0.003));
      const probabilities = numbers.map((each) => each.map((value) => (value + 3) / 6));
      const targets = {
        'cross-entropy': labels.filter((each) => each.some((value) => value >= 0)),
        'binary-cross-entropy': probabilities,
        triplet: fc.constant([] as number[]),
      } as Partial<Record<Loss['is'], fc.Arbitrary<number[]>>>;
      return fc.record({
        shape: fc.constant(shape),
        output: numbers,
        targets: targets[loss.is] ?? others,
      });
    });
}

/** Far enough from the kinks of a loss for finite differences. */
function smooth(loss: Loss, output: Numbers, targets: Numbers): boolean {
  if (loss.is === 'cosine')
    return [...rowsOf(output, 4), ...rowsOf(targets, 4)].every((row) => Math.hypot(...row) > 0.3);
  if (loss.is !== 'triplet') return true;
  return rowsOf(
    rowsOf(output, 4).map((_, at) => at),
    3,
  ).every(([a = 0, p = 0, n = 0]) => {
    const rows = rowsOf(output, 4);
    const far = (i: number, j: number) =>
      Math.hypot(...(rows[i] ?? []).map((value, at) => value - (rows[j]?.[at] ?? 0)));
    const excess = far(a, p) - far(a, n) + loss.margin;
    return Math.abs(excess) > 1e-3 && far(a, p) > 0.1 && far(a, n) > 0.1;
  });
}

describe.each(cases)('%s', (_, loss) => {
  it('is PyTorch’s formula, and its derivative is that of finite differences', () => {
    fc.assert(
      fc.property(batchOf(loss), ({ shape, output, targets }) => {
        fc.pre(smooth(loss, output, targets));
        const made = compute(loss, shape, output, targets);
        // Weights and constants are f32.
        expect(made.loss).toBeCloseTo(reference(loss, shape, output, targets), 5);
        for (const at of [0, 1, output.length - 1]) {
          const moved = (by: number) =>
            compute(loss, shape, output.with(at, (output[at] ?? 0) + by), targets).loss;
          const slope = (moved(1e-5) - moved(-1e-5)) / 2e-5;
          expect(Math.abs((made.gradient[at] ?? NaN) - slope)).toBeLessThan(2e-6);
        }
      }),
      { numRuns: 25 },
    );
  });

  it('is the same for a later operator set', () => {
    const [batch] = fc.sample(batchOf(loss), { seed: 7, numRuns: 1 });
    const { shape = [], output = [], targets = [] } = batch ?? {};
    expect(compute(loss, shape, output, targets, undefined, 20)).toEqual(
      compute(loss, shape, output, targets),
    );
  });

  it('is 0 with derivative 0 where no example counts', () => {
    const [batch] = fc.sample(batchOf(loss), { seed: 3, numRuns: 1 });
    const { shape = [], output = [], targets = [] } = batch ?? {};
    const made = compute(loss, shape, output, targets, new Array<number>(shape[0] ?? 0).fill(0));
    expect(made.loss).toBe(0);
    expect(Math.max(...made.gradient.map(Math.abs))).toBe(0);
  });

  it('stays finite for numbers of ±10,000', () => {
    const output = [1e4, -1e4, 1e4, 3, -1e4, 1e4, 0, 5, 1e4, 1e4, -1e4, -1e4];
    const targets = loss.is === 'cross-entropy' ? [1, 0, 3] : output.map((x) => (x > 3 ? 1 : 0));
    const made = compute(loss, [3, 4], output, loss.is === 'triplet' ? [] : targets);
    expect(Number.isFinite(made.loss)).toBe(true);
    expect(made.gradient.every(Number.isFinite)).toBe(true);
  });
});

describe('examples that do not count', () => {
  it('leaves out class −1, wherever it stands', () => {
    const some = compute({ is: 'cross-entropy' }, [3, 2], [1, 2, 50, -7, 0, 1], [0, -1, 1]);
    const without = compute({ is: 'cross-entropy' }, [2, 2], [1, 2, 0, 1], [0, 1]);
    expect(some.loss).toBe(without.loss);
    expect([...some.gradient.slice(2, 4)]).toEqual([0, 0]);
  });

  it('leaves out an example without a number', () => {
    const some = compute({ is: 'mean-squared-error' }, [3, 1], [1, 2, 3], [0, NaN, 1]);
    expect(some.loss).toBeCloseTo((1 + 4) / 2, 12);
    expect(some.gradient[1]).toBe(0);
  });

  it('adds up over the parts of a batch to the whole batch', () => {
    const loss: Loss = { is: 'cross-entropy', classWeights: [1, 2, 3] };
    const { weights } = lossFeeds(loss, [0, 2, -1, 1], 4);
    expect(weights[0]).toBeCloseTo(1 / 6, 6);
    expect([...weights]).toEqual([weights[0], weights[0], 0, weights[0]]);
  });

  it('weighs a filling example with 0', () => {
    const { weights } = lossFeeds({ is: 'huber', delta: 1 }, [1, 2, 3, 4], 4, [1, 1, 1, 0]);
    expect([...weights]).toEqual([1 / 3, 1 / 3, 1 / 3, 0].map(Math.fround));
  });
});

it('refuses triplets in a batch that is not made of threes', () => {
  const b = new GraphBuilder(17);
  b.input('output', 'f32', [4, 2]);
  expect(() =>
    lossNodes(
      { is: 'triplet', margin: 1 },
      { b, output: 'output', target: '', weights: 'weights' },
    ),
  ).toThrow('data-unfit');
});
