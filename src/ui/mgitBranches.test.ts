import { expect, it } from 'vitest';
import type { BranchApi } from '../rpc/branchApi.ts';
import { sampleGraph } from './lineage.fixture.ts';
import { branchCalls } from './mgitBranches.ts';

/** The worker's side, which notes what it is asked. */
function noted() {
  const calls: unknown[][] = [];
  const api = new Proxy({} as BranchApi, {
    get:
      (_target, name) =>
      (...given: unknown[]) => {
        calls.push([name, ...given]);
        return Promise.resolve();
      },
  });
  const mgit = branchCalls(
    new Proxy({} as BranchApi & { graph: () => Promise<ReturnType<typeof sampleGraph>> }, {
      get: (_target, name) =>
        name === 'graph' ? () => Promise.resolve(sampleGraph()) : Reflect.get(api, name),
    }),
  );
  return { calls, mgit };
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
