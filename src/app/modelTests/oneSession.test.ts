import { expect, it } from 'vitest';
import { countSessions } from '../../compute/countSessions.fixture.ts';
import { perceptron } from '../../compute/training.fixture.ts';
import { modelTest, modelTestBench } from './modelTestBench.fixture.ts';

it('compiles one session for all models of an architecture', async () => {
  const created = countSessions();
  const bench = await modelTestBench();
  const test = modelTest({ function: 'classification', data: bench.data });
  const losses = new Set<number | undefined>();
  for (let seed = 1; seed <= 6; seed++) {
    const id = await bench.importNetwork(`sibling ${seed}`, perceptron(16, seed));
    losses.add((await bench.run(test, id)).metrics['loss']);
  }
  expect(losses.size).toBe(6);
  expect(created()).toBe(1);
});
