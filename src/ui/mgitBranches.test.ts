import { expect, it } from 'vitest';
import { sampleGraph } from './lineage.fixture.ts';
import { branchCalls, type BranchCalls } from './mgitBranches.ts';

/** The worker's side, which notes what it is asked. */
function noted() {
  const calls: unknown[][] = [];
  const lineage = new Proxy({} as BranchCalls, {
    get:
      (_target, name) =>
      (...given: unknown[]) => {
        if (name === 'graph') return Promise.resolve(sampleGraph());
        calls.push([name, ...given]);
        return Promise.resolve();
      },
  });
  return { calls, mgit: branchCalls(lineage) };
}

it('finds the models of branches and exports by name or id', async () => {
  const { calls, mgit } = noted();
  const [first, second] = sampleGraph().nodes;
  if (first === undefined || second === undefined) throw new Error('two models');
  await mgit.addBranch('main', first.name);
  await mgit.moveBranch('main', second.id, 'better');
  await mgit.exportLineage([first.name], { thin: [second.snapshot] });
  await expect(mgit.addBranch('x', 'nobody')).rejects.toMatchObject({ code: 'node-missing' });
  expect(calls[0]).toEqual(['addBranch', 'main', first.id, '']);
  expect(calls[1]).toEqual(['moveBranch', 'main', second.id, 'better']);
  expect(calls[2]?.[1]).toEqual({ models: [first.id], thin: [second.snapshot] });
});

it('takes a lineage file alone, with a path, or in a list', async () => {
  const { calls, mgit } = noted();
  const file = new File([], 'a.mgit.zip');
  for (const given of [file, { file, path: 'a.mgit.zip' }, [file]])
    await mgit.compareLineage(given);
  for (const [, files] of calls) expect(files).toEqual([{ file, path: 'a.mgit.zip' }]);
  await mgit.adoptLineage(file, { models: ['x' as never] });
  expect(calls.at(-1)?.[2]).toEqual({ models: ['x'] });
});
