import { expect, it } from 'vitest';
import type { TestId } from '../../core/ids.ts';
import type { Binding } from '../../core/modelTests/modelTest.ts';
import { effectiveTests } from './effectiveTests.ts';
import { modelTest, modelTestBench } from './modelTestBench.fixture.ts';
import { perceptron } from '../../compute/training.fixture.ts';

it('binds tests by type, name, node and descent, present and future', async () => {
  const bench = await modelTestBench();
  const { session } = bench.ports;
  const child = await bench.importNetwork('digits-v2', perceptron(8));
  const bind = (id: string, ...bindings: Binding[]) => ({
    of: 'test' as const,
    after: modelTest({ id: id as TestId, name: id, bindings }),
  });
  await session.commit(() => ({
    kind: 'add-test',
    title: 'tests',
    changes: [
      bind('all', { is: 'all' }),
      bind('type', { is: 'type', modelType: 'points' }),
      bind('name', { is: 'name', pattern: 'digits-*' }),
      bind('node', { is: 'node', node: bench.base, descendants: false }),
      bind('family', { is: 'node', node: bench.base, descendants: true }),
      bind('both', { is: 'name', pattern: 'nobody' }, { is: 'type', modelType: 'points' }),
      bind('none'),
    ],
  }));
  const names = async (id = child) =>
    effectiveTests(await session.lineage(), id).map(({ name }) => name);
  expect(await names()).toEqual(['all', 'name']);
  expect(await names(bench.base)).toEqual(['all', 'node', 'family']);
  await session.commit((now) => {
    const before = now.nodes.get(child);
    if (before === undefined) throw new Error('no child');
    const after = { ...before, modelType: 'points', name: 'v2 of digits-' };
    return { kind: 'annotate', title: 'type', changes: [{ of: 'node', before, after }] };
  });
  // A pattern is on the whole name.
  expect(await names()).toEqual(['all', 'type', 'both']);
  await session.commit(() => ({
    kind: 'connect',
    title: 'edge',
    changes: [
      { of: 'edge', after: { kind: 'version', from: bench.base, to: child, grade: 'declared' } },
    ],
  }));
  expect(await names()).toEqual(['all', 'type', 'family', 'both']);
  expect(effectiveTests(await session.lineage(), 'gone' as never)).toEqual([]);
});
