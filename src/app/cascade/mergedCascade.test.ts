import { expect, test } from 'vitest';
import type { MergeMethod } from '../../core/mergeViews.ts';
import { parentsOf } from '../../core/lineage/lineage.ts';
import { noRun } from '../import/importModels.fixture.ts';
import { mergeModels } from '../merge/mergeModels.ts';
import { planMerge } from '../merge/planMerge.ts';
import { functionOf } from '../functions/registry.ts';
import { diamondBench } from './cascadeBench.fixture.ts';
import { runCascade } from './runCascade.ts';

test('a merge is made again from the new versions of both sides, as its own next version', async () => {
  const { a, b, base, base2, call, named, ...bench } = await diamondBench();
  const ports = { ...bench.ports, functionOf };
  const merging = { ...ports, metricsOf: () => [] };
  const { layers } = await planMerge(merging, { x: a, y: b }, noRun);
  const average: MergeMethod = { is: 'average', t: 0.5 };
  const choices = Object.fromEntries(
    layers.filter(({ verdict }) => verdict === 'conflict').map(({ id }) => [id, average]),
  );
  const { node } = await mergeModels(merging, { x: a, y: b, choices, name: 'm' }, noRun);
  await runCascade(ports, { order: { old: base, new: base2 } }, call());
  const lineage = await ports.session.lineage();
  const [a2, b2, m2] = [await named('a@2'), await named('b@2'), await named('m@2')];
  expect(parentsOf(lineage, m2.id, 'provenance')).toEqual([a2.id, b2.id, base2]);
  // A model has two predecessors at most: those of the merge itself say what it put together.
  expect(parentsOf(lineage, m2.id, 'version')).toEqual([node]);
  expect(parentsOf(lineage, node, 'version')).toEqual([a, b]);
});
