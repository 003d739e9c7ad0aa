import { expect, it } from 'vitest';
import type { TestId } from '../../core/ids.ts';
import { noRun } from '../import/importModels.fixture.ts';
import { judgeOf } from './judge.ts';
import { modelTest, modelTestBench } from './modelTestBench.fixture.ts';
import { keptResults } from './keptResults.ts';
import { TestMemory } from './testMemory.ts';

it('loses no result of one model where many are kept at once, in one tab and in two', async () => {
  const bench = await modelTestBench();
  // The same store and locks, as another tab has them, with a memory of its own.
  const other = { ...bench.ports, tested: new TestMemory() };
  const [first, second] = [judgeOf(bench.ports), judgeOf(other)];
  const subject = await bench.subject(bench.base);
  await Promise.all(
    Array.from({ length: 20 }, (_, at) => {
      const test = modelTest({ id: `t${at}` as TestId, name: `t${at}` });
      return (at % 2 === 0 ? first : second)(test, subject, {}, noRun);
    }),
  );
  const fresh = { ...bench.ports, tested: new TestMemory() };
  const kept = await keptResults(fresh, subject.model.node.snapshot);
  expect(kept.map(({ result }) => result.test).sort()).toEqual(
    Array.from({ length: 20 }, (_, at) => `t${at}`).sort(),
  );
});
