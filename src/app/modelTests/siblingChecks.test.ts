import { describe, expect, it } from 'vitest';
import { perceptron, testCompute } from '../../compute/training.fixture.ts';
import { literal, numbersOf } from '../../core/network/literal.ts';
import type { Compute, PredictJob } from '../../core/ports/compute.ts';
import { modelTest, modelTestBench } from './modelTestBench.fixture.ts';

/** Compute whose wasm is wrong by one in a hundred once `wrong` says so; notes examples of the reference. */
function watched(wrong: (job: PredictJob) => boolean) {
  const inner = testCompute();
  const repeated: number[] = [];
  const compute = Object.create(inner) as Compute;
  compute.describe = () => inner.describe();
  compute.predict = async (job, signal) => {
    const made = await inner.predict(job, signal);
    if (job.device === 'reference') repeated.push([...job.inputs.values()][0]?.shape[0] ?? 0);
    if (job.device !== 'wasm' || !wrong(job)) return made;
    return new Map(
      [...made].map(([name, each]) => [
        name,
        literal('f32', each.shape, numbersOf(each).map((value) => value * 1.01)),
      ]),
    ); // prettier-ignore
  };
  return { compute, repeated };
}

const examplesOf = (repeated: number[]) => repeated.splice(0).reduce((a, b) => a + b, 0);

describe('the sample that is repeated on another backend', () => {
  it('is small for siblings of a model that was found right', async () => {
    const { compute, repeated } = watched(() => false);
    const bench = await modelTestBench({ compute });
    const test = modelTest({ function: 'classification', data: bench.data });
    const first = await bench.run(test);
    expect(examplesOf(repeated)).toBe(first.crossCheck?.examples);
    const sibling = await bench.importNetwork('sibling', perceptron(16, 2));
    const result = await bench.run(test, sibling);
    expect(result.crossCheck).toMatchObject({ agrees: true, backend: 'reference' });
    expect(examplesOf(repeated)).toBeLessThanOrEqual(2);
    // Another architecture begins anew, and so does another test.
    const other = await bench.importNetwork('other', perceptron(8));
    await bench.run(test, other);
    expect(examplesOf(repeated)).toBeGreaterThan(2);
  });

  it('still finds a backend that is wrong for one sibling only, and repeats all of it', async () => {
    let isWrong = false;
    const { compute, repeated } = watched(() => isWrong);
    const bench = await modelTestBench({ compute });
    const test = modelTest({ function: 'classification', data: bench.data });
    await bench.run(test);
    const bad = await bench.importNetwork('bad', perceptron(16, 3));
    isWrong = true;
    examplesOf(repeated);
    const result = await bench.run(test, bad);
    expect(result.crossCheck).toMatchObject({ agrees: false });
    expect(examplesOf(repeated)).toBeGreaterThan(2);
    isWrong = false;
    const good = await bench.importNetwork('good', perceptron(16, 4));
    expect((await bench.run(test, good)).crossCheck?.agrees).toBe(true);
  });

  it('is whole for a sibling whose outputs are of another magnitude, or not finite', async () => {
    const { compute, repeated } = watched(() => false);
    const bench = await modelTestBench({ compute });
    const test = modelTest({ function: 'classification', data: bench.data });
    await bench.run(test);
    for (const [name, value] of [['large', 1e4], ['broken', NaN]] as const) {
      examplesOf(repeated);
      const network = perceptron(16, 5);
      const initializers = new Map([
        ...network.initializers,
        ['b2', literal('f32', [3], [value, 0, 0])],
      ] as const);
      await bench.run(test, await bench.importNetwork(name, { ...network, initializers }));
      expect(examplesOf(repeated), name).toBeGreaterThan(2);
    } // prettier-ignore
  });
});
