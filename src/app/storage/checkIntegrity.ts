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
 * Reads and verifies everything the lineage reaches, and lists what is wrong with the models it
 * affects. Changes nothing: dropping an affected file again mends what it can.
 */
export async function checkIntegrity(ports: IntegrityPorts, run: Run): Promise<FsckReport> {
  const lineage = await ports.session.lineage();
  const nodes = [...lineage.nodes.values()];
  const snapshots = [...new Set(nodes.map((node) => node.snapshot))];
  const problems = await ports.content.verify(snapshots, run);
  const named = problems.map((problem: StoreProblem) => ({
    ...problem,
    models: nodes
      .filter((node) => problem.snapshots.includes(node.snapshot))
      .map((node) => node.name),
  }));
  return {
    ok: problems.length === 0,
    problems: named,
    checkedChunks: (await ports.content.totals()).chunks,
    checkedModels: nodes.length,
  };
}
