import type { NodeId } from '../../core/ids.ts';
import { nodeOf } from '../../core/lineage/editLineage.ts';
import type { Lineage } from '../../core/lineage/lineage.ts';
import { testOf } from '../../core/modelTests/editTests.ts';
import type { ModelTest } from '../../core/modelTests/modelTest.ts';
import type { TestResult } from '../../core/modelTests/testResult.ts';
import type { Run } from '../../core/ports/run.ts';
import type { NodeResult, TestRunOrder, TestRunReport } from '../../core/testViews.ts';
import { boundTests } from './effectiveTests.ts';
import { judgeOf } from './judge.ts';
import { ModelsAhead } from './modelsAhead.ts';
import { testBoard } from './testBoard.ts';
import type { TestPorts } from './testPorts.ts';

/**
 * Runs tests on models. What has a current result is not run again unless it is asked for. Each result is
 * kept and told as soon as it is there, so that a run that is stopped loses nothing.
 *
 * @throws LineageError `node-missing`, `test-missing`, `snapshot-missing`, `chunk-*`, `quota-exceeded`.
 * @throws AbortError once `run.signal` is aborted.
 */
export async function runTests(
  ports: TestPorts,
  { nodes, tests, again = false, device }: TestRunOrder,
  run: Run,
  onResult: (result: NodeResult) => void,
): Promise<TestRunReport> {
  const started = ports.now();
  const lineage = await ports.session.lineage();
  const plan = planOf(lineage, nodes, tests);
  const total = plan.reduce((sum, each) => sum + each.tests.length, 0);
  const judge = judgeOf(ports);
  const counts = { ran: 0, cached: 0, failed: 0, errors: 0 };
  let done = 0;
  const models = new ModelsAhead(ports, run);
  for (const [at, { node, tests: own }] of plan.entries()) {
    const { name } = nodeOf(lineage, node);
    const subject = { model: await models.take(node), stored: true };
    for (const test of own) {
      const next = plan[at + 1]?.node;
      // What has a kept result is not read: the next one is, where this one needed to be.
      if (next !== undefined && (again || counts.ran > 0)) models.begin(nodeOf(lineage, next));
      run.onProgress?.({ step: `${test.name} on ${name}`, done, total, unit: 'steps' });
      const options = { again, ...(device === undefined ? {} : { device }) };
      const result = await judge(test, subject, options, { signal: run.signal });
      done++;
      count(counts, result, started);
      onResult({ ...result, node });
    }
  }
  run.onProgress?.({ step: 'Comparing with the parents', done, total, unit: 'steps' });
  const asked = new Set(nodes);
  const { findings } = await testBoard(ports);
  if (counts.ran > 0) ports.session.announceResults();
  return {
    ...counts,
    ms: ports.now() - started,
    findings: findings.filter(({ node }) => asked.has(node)),
  };
}

function count(
  counts: Record<'ran' | 'cached' | 'failed' | 'errors', number>,
  { at, verdict }: TestResult,
  started: number,
): void {
  if (at < started) counts.cached++;
  else counts.ran++;
  if (verdict === 'fail') counts.failed++;
  if (verdict === 'error') counts.errors++;
}

interface Step {
  readonly node: NodeId;
  readonly tests: readonly ModelTest[];
}

/**
 * One data set after the other, so that each is read once; within it models of one architecture one after
 * the other, so that one compiled session serves them.
 */
function planOf(
  lineage: Lineage,
  nodes: readonly NodeId[],
  named: TestRunOrder['tests'],
): readonly Step[] {
  const bound = boundTests(lineage);
  const wanted = named?.map((id) => testOf(lineage, id));
  const architecture = (id: NodeId) => nodeOf(lineage, id).summary.architecture;
  const ordered = [...new Set(nodes)].sort((a, b) =>
    architecture(a) < architecture(b) ? -1 : architecture(a) > architecture(b) ? 1 : 0,
  );
  const groups = new Map<string, Step[]>();
  for (const node of ordered) {
    const own = new Map<string, ModelTest[]>();
    for (const test of wanted ?? bound(node)) {
      const data = test.data?.dataset ?? '';
      own.set(data, [...(own.get(data) ?? []), test]);
    }
    for (const [data, tests] of own)
      groups.set(data, [...(groups.get(data) ?? []), { node, tests }]);
  }
  return [...groups.values()].flat();
}
