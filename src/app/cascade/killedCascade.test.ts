import { expect, test } from 'vitest';
import type { NodeId } from '../../core/ids.ts';
import type { LineageLog } from '../../core/ports/lineageLog.ts';
import { memoryPlace, type MemoryPlace } from '../../storage/memory/openMemoryStores.ts';
import { modelTest, noSandbox } from '../modelTests/modelTestBench.fixture.ts';
import { judgeOf } from '../modelTests/judge.ts';
import { TestMemory } from '../modelTests/testMemory.ts';
import { checkIntegrity } from '../storage/checkIntegrity.ts';
import { copyOf, emptyTrainingBench } from '../create/trainingBench.fixture.ts';
import { noRun } from '../import/importModels.fixture.ts';
import { diamondBench, withCascades } from './cascadeBench.fixture.ts';
import { cascadeService } from './cascadeService.ts';
import type { CascadePorts } from './cascadePorts.ts';
import { runCascade } from './runCascade.ts';

/** A disk as it was when a tab closed, in another tab. */
async function reopened(place: MemoryPlace) {
  const bench = await emptyTrainingBench({ place });
  const ports = { ...bench.ports, sandbox: noSandbox, tested: new TestMemory() };
  return withCascades({ ...bench, ports, judge: judgeOf(ports) });
}

/** What a cascade left, without the ids that are drawn anew. */
async function contents({ session }: Pick<CascadePorts, 'session'>) {
  session.forget();
  const { nodes, edges } = await session.lineage();
  const name = (id: NodeId) => nodes.get(id)?.name ?? 'nobody';
  return {
    nodes: [...nodes.values()].map((node) => [node.name, node.snapshot, node.tags, node.modelType]).sort(),
    edges: [...edges.values()].map(({ kind, from, to, role }) => [kind, name(from), name(to), role ?? '']).map(String).sort(),
  }; // prettier-ignore
}

/** Runs a cascade, the disk copied around each write of its log and at each checkpoint. */
async function withDisks() {
  const place = memoryPlace();
  const disks: MemoryPlace[] = [];
  const take = () => void disks.push(copyOf(place));
  const armed = { is: false };
  let checkpoints = 0;
  const bench = await diamondBench({
    place,
    checkpointSeconds: 0,
    onCheckpoint: () => {
      if (armed.is && checkpoints++ % 3 === 0) take();
    },
  });
  await bench.ports.session.commit(() => ({
    kind: 'add-test',
    title: 'A test',
    changes: [{ of: 'test', after: modelTest() }],
  }));
  const around =
    <Given extends readonly unknown[]>(act: (...given: Given) => Promise<void>) =>
    async (...given: Given): Promise<void> => {
      take();
      await act(...given);
      take();
    };
  const { log, content } = bench.ports;
  const watched: LineageLog = {
    ...log,
    beginImport: around(log.beginImport.bind(log)),
    endImport: around(log.endImport.bind(log)),
  };
  const commit = log.commit.bind(log);
  Object.assign(log, { commit: around(commit) });
  const ports: CascadePorts = { ...bench.ports, log: watched, content };
  armed.is = true;
  const { base, base2 } = bench;
  const report = await runCascade(ports, { order: { old: base, new: base2 } }, bench.call());
  return { disks, report, expected: await contents(bench.ports) };
}

test('a cascade that is killed at any point goes on to the same models, each made once', async () => {
  const { disks, report, expected } = await withDisks();
  expect(report).toMatchObject({ made: 4, finished: true });
  expect(disks.length).toBeGreaterThan(30);
  let resumed = 0;
  for (const disk of disks) {
    const { ports, resume } = await reopened(disk);
    const service = cascadeService(ports);
    const [pending, ...others] = await service.pendingCascades();
    expect(others).toEqual([]);
    // Before its first record there is nothing to go on with, and after its end nothing is left.
    if (pending === undefined) continue;
    resumed++;
    const again = await resume(pending.id);
    expect(again.finished).toBe(true);
    expect(again.state.comparisons).toEqual(report.state.comparisons);
    expect(await contents(ports)).toEqual(expected);
    expect(await ports.log.pendingImports()).toEqual([]);
    expect(await checkIntegrity(ports, noRun)).toMatchObject({ ok: true });
  }
  expect(resumed).toBeGreaterThanOrEqual(20);
}, 120_000);
