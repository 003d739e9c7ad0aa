import { describe, expect, it } from 'vitest';
import { testCompute } from '../../compute/training.fixture.ts';
import { literal, numbersOf } from '../../core/network/literal.ts';
import { perceptron } from '../../compute/training.fixture.ts';
import type { Compute } from '../../core/ports/compute.ts';
import { noRun } from '../import/importModels.fixture.ts';
import { modelTest, modelTestBench } from './modelTestBench.fixture.ts';
import { withWeights } from './testSubject.ts';

/** Compute that counts predictions; those of one backend come out larger by `factor`. */
function skewed(backend: string, factor: number) {
  const inner = testCompute();
  const counts = { predictions: 0 };
  const compute = Object.create(inner) as Compute;
  compute.predict = async (job, signal) => {
    counts.predictions++;
    const made = await inner.predict(job, signal);
    if (job.device !== backend) return made;
    return new Map(
      [...made].map(([name, tensor]) => [
        name,
        literal(
          'f32',
          tensor.shape,
          numbersOf(tensor).map((value) => value * factor),
        ),
      ]),
    );
  };
  compute.describe = () => inner.describe();
  compute.train = (...given) => inner.train(...given);
  return { compute, counts };
}

describe('judgeOf', () => {
  it('measures a classifier and repeats a sample in float64', async () => {
    const bench = await modelTestBench();
    const test = modelTest({
      function: 'classification',
      data: bench.data,
      success: [{ metric: 'accuracy', is: 'at-least', value: 0 }],
    });
    const result = await bench.run(test);
    expect(result.error).toBeUndefined();
    expect(result.verdict).toBe('pass');
    expect(result.examples).toBe(90);
    expect(result.backend).toBe('wasm');
    expect(result.details?.fed).toBe('proposal');
    expect(result.crossCheck).toMatchObject({ backend: 'reference', agrees: true });
    // As many of 32 as there is time for.
    expect(result.crossCheck?.examples).toBeGreaterThan(0);
    expect(result.crossCheck?.examples).toBeLessThanOrEqual(32);
  });

  it('finds a backend that computes wrongly', async () => {
    const { compute } = skewed('wasm', 1.01);
    const bench = await modelTestBench({ compute });
    const result = await bench.run(modelTest({ function: 'classification', data: bench.data }));
    expect(result.crossCheck?.agrees).toBe(false);
    expect(result.crossCheck?.largestDifference).toBeCloseTo(0.01, 3);
  });

  it('gives a kept result without predicting again, judged by the rules of now', async () => {
    const { compute, counts } = skewed('none', 1);
    const bench = await modelTestBench({ compute });
    const test = modelTest({ function: 'classification', data: bench.data });
    const first = await bench.run(test);
    const before = counts.predictions;
    const rule = { metric: 'accuracy', is: 'at-least', value: 2 } as const;
    const again = await bench.run({ ...test, version: 2, success: [rule] });
    expect(counts.predictions).toBe(before);
    expect(again).toEqual({ ...first, testVersion: 2, verdict: 'fail' });
    const edited = { ...test, version: 2, data: { ...bench.data, part: 'test' } } as const;
    expect((await bench.run(edited)).examples).toBe(9);
    // The edit undone.
    expect(await bench.run(test)).toEqual(first);
  });

  it('tells of weights that are not finite, kept or only thought of', async () => {
    const bench = await modelTestBench();
    const rule = { metric: 'nonFinite', is: 'at-most', value: 0 } as const;
    const test = modelTest({ success: [rule] });
    expect((await bench.run(test)).verdict).toBe('pass');
    const { model } = await bench.subject(bench.base);
    const bias = literal('f32', [3], [0, NaN, Infinity]);
    const result = await bench.judge(test, withWeights(model, new Map([['b2', bias]])), {}, noRun);
    expect(result.verdict).toBe('fail');
    expect(result.metrics['nonFinite']).toBe(2);
    expect(result.details?.findings).toEqual(['b2: 1 NaN and 1 infinite of 3']);
    expect((await bench.run(test)).verdict).toBe('pass');
  });

  it('names the layer whose values half precision cannot hold', async () => {
    const bench = await modelTestBench();
    const network = perceptron();
    const w1 = network.initializers.get('w1');
    if (w1 === undefined) throw new Error('no w1');
    const large = literal(
      'f32',
      w1.shape,
      numbersOf(w1).map((value) => value * 1e6),
    );
    const id = await bench.importNetwork('hot', {
      ...network,
      initializers: new Map([...network.initializers, ['w1', large]]),
    });
    const rule = { metric: 'overflowing', is: 'at-most', value: 0 } as const;
    const test = modelTest({ data: bench.data, success: [rule] });
    const [hot, base] = [await bench.run(test, id), await bench.run(test)];
    expect(base.error).toBeUndefined();
    expect(base.verdict).toBe('pass');
    expect(hot.verdict).toBe('fail');
    expect(hot.details?.findings?.join('\n')).toMatch(/z \(Gemm\): up to \d/);
  });

  it('says why it could not measure, and keeps that apart from a fail', async () => {
    const bench = await modelTestBench();
    const missing = await bench.run(modelTest({ function: 'nothing' }));
    expect(missing).toMatchObject({ verdict: 'error', error: { code: 'function-missing' } });
    const unfed = await bench.run(modelTest({ function: 'classification' }));
    expect(unfed).toMatchObject({ verdict: 'error', error: { code: 'data-unfit' } });
    const column = { column: 'kind', values: ['violet'] };
    const sliced = await bench.run(
      modelTest({ function: 'classification', data: { ...bench.data, where: column } }),
    );
    expect(sliced).toMatchObject({ verdict: 'error', error: { code: 'data-unfit' } });
  });

  it('stops when it is told to', async () => {
    const bench = await modelTestBench();
    const controller = new AbortController();
    controller.abort();
    const subject = await bench.subject(bench.base);
    await expect(bench.judge(modelTest(), subject, {}, controller)).rejects.toThrow(/abort/i);
  });

  it('keeps results over a reload, NaN included', async () => {
    const bench = await modelTestBench();
    const network = perceptron();
    const id = await bench.importNetwork('broken', {
      ...network,
      initializers: new Map([...network.initializers, ['b2', literal('f32', [3], [NaN, 0, 0])]]),
    });
    const test = modelTest({ function: 'classification', data: bench.data });
    const first = await bench.run(test, id);
    expect(first.verdict).toBe('fail');
    expect(first.metrics['loss']).toBeNaN();
    const reloaded = await modelTestBench({ place: bench.place }).catch(() => undefined);
    bench.ports.tested.forgetResults();
    expect(await bench.run(test, id)).toEqual(first);
    expect(reloaded).toBeDefined();
  });
});
