import { describe, expect, it } from 'vitest';
import { perceptron } from '../../../compute/training.fixture.ts';
import { literal, numbersOf } from '../../../core/network/literal.ts';
import type { Network } from '../../../core/network/network.ts';
import { defaultsOf } from '../../../core/recipe/checkArguments.ts';
import { quickJsSandbox } from '../../../sandbox/quickJsSandbox.ts';
import { modelTest, modelTestBench } from '../modelTestBench.fixture.ts';
import { testFunctions } from './registry.ts';

const sandbox = quickJsSandbox(() => performance.now());

/** The perceptron with its last layer times `factor`. */
function scaled(factor: number): Network {
  const network = perceptron();
  const w2 = network.initializers.get('w2');
  if (w2 === undefined) throw new Error('no w2');
  const values = numbersOf(w2).map((value) => value * factor);
  const initializers = new Map([...network.initializers, ['w2', literal('f32', w2.shape, values)]]);
  return { ...network, initializers };
}

describe('test functions', () => {
  it('have metrics of unique names, and words for a person', () => {
    const ids = testFunctions.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const fn of testFunctions) {
      const names = fn.metrics(defaultsOf(fn.schema)).map(({ name }) => name);
      expect(names.length).toBeGreaterThan(0);
      expect(new Set(names).size).toBe(names.length);
      expect(fn.summary.endsWith('.')).toBe(true);
    }
  });

  it('give exactly the metrics that they announce', async () => {
    const bench = await modelTestBench({ sandbox });
    const twin = await bench.importNetwork('twin', scaled(1));
    const given: Record<string, Parameters<typeof modelTest>[0]> = {
      classification: { data: bench.data },
      robustness: { data: bench.data },
      agreement: { data: bench.data, arguments: { with: 'model', model: 'twin' } },
      examples: { arguments: { examples: '[{"input": [1, 2], "expect": "0"}]' } },
      health: { data: bench.data },
      latency: { data: bench.data, arguments: { repeats: 3 } },
      size: {},
      script: { data: bench.data },
    };
    for (const fn of testFunctions) {
      if (fn.id === 'regression') continue;
      const test = modelTest({ function: fn.id, ...given[fn.id] });
      const result = await bench.run(test, twin);
      expect(result.error, fn.id).toBeUndefined();
      const announced = fn.metrics({ ...defaultsOf(fn.schema), ...test.arguments });
      expect(Object.keys(result.metrics).sort(), fn.id).toEqual(
        announced.map(({ name }) => name).sort(),
      );
    }
  });

  it('measure numbers in the unit of the data', async () => {
    const bench = await modelTestBench();
    const rows = Array.from({ length: 200 }, (_, i) =>
      [i / 10, (i * 7) % 13, 2 * i + 0.5].join(','),
    );
    await bench.addText('line.csv', ['a,b,y', ...rows].join('\n'));
    const network = perceptron();
    const single: Network = {
      ...network,
      outputs: [{ name: 'logits', dtype: 'f32', shape: ['batch', 1] }],
      initializers: new Map([
        ...network.initializers,
        ['w2', literal('f32', [16, 1], new Float32Array(16))],
        ['b2', literal('f32', [1], [0])],
      ]),
    };
    const id = await bench.importNetwork('line', single);
    const lineage = await bench.ports.session.lineage();
    const record = [...lineage.datasets.values()].find(({ name }) => name.startsWith('line'));
    if (record === undefined) throw new Error('no line');
    const { snapshot, name, reading } = record;
    const labelled = reading.is === 'delimited' ? { ...reading, label: 'y' } : reading;
    const data = { ...bench.data, dataset: snapshot, name, reading: labelled };
    const result = await bench.run(modelTest({ function: 'regression', data }), id);
    expect(result.error).toBeUndefined();
    // It says 0, which stands for the mean of the training part: nothing of the variance is explained.
    expect(result.metrics['r2']).toBeCloseTo(0, 1);
    expect(result.metrics['maxError']).toBeGreaterThan(150);
    expect(result.metrics['mae']).toBeGreaterThan(80);
  });

  it('compare a model with another one', async () => {
    const bench = await modelTestBench();
    const louder = await bench.importNetwork('louder', scaled(3));
    const test = modelTest({
      function: 'agreement',
      data: bench.data,
      arguments: { with: 'model', model: 'base' },
    });
    const [own, other] = [await bench.run(test), await bench.run(test, louder)];
    expect(own.metrics).toEqual({
      agreement: 1,
      meanDifference: 0,
      maxDifference: 0,
      divergence: 0,
    });
    expect(other.metrics['maxDifference']).toBeGreaterThan(0.1);
    expect(other.metrics['divergence']).toBeGreaterThan(0.01);
    const orphan = await bench.run({ ...test, arguments: { with: 'parent' } });
    expect(orphan).toMatchObject({ verdict: 'error', error: { code: 'data-unfit' } });
  });

  it('disturb the examples of every model alike', async () => {
    const bench = await modelTestBench();
    const test = modelTest({
      function: 'robustness',
      data: bench.data,
      arguments: {
        metric: 'loss',
        changes: [
          { is: 'noise', deviation: 2 },
          { is: 'noise', deviation: 0 },
        ],
      },
    });
    const [base, copy] = [
      await bench.run(test),
      await bench.run(test, await bench.importNetwork('copy', scaled(1))),
    ];
    expect(copy.metrics).toEqual(base.metrics);
    expect(base.metrics['noise']).not.toBe(base.metrics['clean']);
    expect(base.metrics['noise 2']).toBe(base.metrics['clean']);
  });

  it('say which hand-written example came out wrong', async () => {
    const bench = await modelTestBench();
    const examples = [
      { input: [0, 0], expect: [0, 0, 0], tolerance: 1000 },
      { input: [0, 0], expect: [9999, 0, 0] },
      { input: [1, 1], expect: 'unicorn' },
      { input: { points: [1, 1] }, expect: [1] },
    ];
    const result = await bench.run(
      modelTest({ function: 'examples', arguments: { examples: JSON.stringify(examples) } }),
    );
    expect(result.error).toBeUndefined();
    expect(result.metrics).toEqual({ right: 0.25, wrong: 3 });
    expect(result.details?.findings?.[0]).toMatch(/Example 2: .* 9999 was expected/);
    expect(result.details?.findings?.[1]).toMatch(/none of its classes/);
  });

  it('run a script on predictions, targets and classes', async () => {
    const bench = await modelTestBench({ sandbox });
    const body = `
      log(predictions.length, classes.join(), model.name);
      const best = (row) => row.indexOf(Math.max(...row));
      const right = predictions.filter((row, i) => classes[best(row)] === targets[i]).length;
      return { accuracy: right / predictions.length, odd: NaN };`;
    const args = { script: body, metrics: 'accuracy max 0.01\nodd min 2 %' };
    const own = await bench.run(
      modelTest({ function: 'script', data: bench.data, arguments: args }),
    );
    const ours = await bench.run(modelTest({ function: 'classification', data: bench.data }));
    expect(own.metrics['accuracy']).toBe(ours.metrics['accuracy']);
    expect(own.metrics['odd']).toBeNaN();
    expect(own.verdict).toBe('fail');
    expect(own.details?.log).toEqual(['90 blue,green,red base']);
    const broken = { ...args, script: 'const a = 1;\nreturn a.b.c;' };
    expect(await bench.run(modelTest({ function: 'script', arguments: broken }))).toMatchObject({
      verdict: 'error',
      error: { code: 'script-failed', data: { line: 2 } },
    });
  });
});
