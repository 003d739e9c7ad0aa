import { dataOf } from '../../core/lineage/lineage.ts';
import { graphSnapshots } from '../../core/lineage/namedSnapshots.ts';
import type { ContentStore, StoreProblem } from '../../core/ports/contentStore.ts';
import type { Run } from '../../core/ports/run.ts';
import type { FsckReport } from '../../core/views.ts';
import type { LineageSession } from '../lineageSession.ts';
import type { ContentUse } from './contentUse.ts';

export interface IntegrityPorts {
  readonly session: LineageSession;
  readonly content: ContentStore;
  readonly use: ContentUse;
}

/**
 * Reads and verifies everything the lineage reaches, data sets too, and lists what is wrong with the
 * models (or data sets) it affects. Changes nothing: dropping an affected file again mends what it can.
 */
export async function checkIntegrity(ports: IntegrityPorts, run: Run): Promise<FsckReport> {
  const lineage = await ports.session.lineage();
  const graph = dataOf(lineage);
  const problems = await ports.content.verify([...graphSnapshots(graph)], run);
  const records = [...graph.nodes, ...graph.datasets];
  const named = problems.map((problem: StoreProblem) => ({
    ...problem,
    models: records
      .filter((record) => problem.snapshots.includes(record.snapshot))
      .map((record) => record.name),
  }));
  return {
    ok: problems.length === 0,
    problems: named,
    checkedChunks: (await ports.content.totals()).chunks,
    checkedModels: graph.nodes.length,
  };
}
