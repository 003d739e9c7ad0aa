import type { NodeId, TestId } from '../../core/ids.ts';
import { connectNodes } from '../../core/lineage/editLineage.ts';
import { mlp } from '../../core/models/mlp.ts';
import type { ModelTest } from '../../core/modelTests/modelTest.ts';
import type { TestResult, Verdict } from '../../core/modelTests/testResult.ts';
import { literal, numbersOf } from '../../core/network/literal.ts';
import type { Network } from '../../core/network/network.ts';
import type { Joined } from '../../core/lineage/walkGraphs.fixture.ts';
import { modelTest, modelTestBench } from '../modelTests/modelTestBench.fixture.ts';
import type { Judge, TestSubject } from '../modelTests/testSubject.ts';
import { currentVerdicts } from './currentVerdicts.ts';
import type { SearchPorts } from './searchPorts.ts';

export const testId = 'test' as TestId;

/** The network with some tensors' values changed: each by name, given its numbers. */
export function changed(
  network: Network,
  changes: Readonly<Record<string, (value: number, index: number) => number>>,
): Network {
  const initializers = new Map(network.initializers);
  for (const [name, change] of Object.entries(changes)) {
    const before = initializers.get(name);
    if (before === undefined) throw new Error(`no ${name}`);
    initializers.set(name, literal('f32', before.shape, numbersOf(before).map(change)));
  }
  return { ...network, initializers };
}

/** A classifier of the bench's points with four layers. */
export function classifier(seed = 1): Network {
  return mlp({ inputs: 2, hidden: [8, 8, 8], classes: 3, seed });
}

/** A store in memory with these models and a test of them, and the ports of a search with a real judge. */
export async function searchBench(
  networks: Readonly<Record<string, Network>>,
  edges: readonly Joined[],
  test: (data: ModelTest['data']) => Partial<ModelTest>,
) {
  const bench = await modelTestBench();
  const ids = new Map<string, NodeId>();
  for (const [name, network] of Object.entries(networks))
    ids.set(name, await bench.importNetwork(name, network));
  const idOf = (name: string): NodeId => {
    const id = ids.get(name);
    if (id === undefined) throw new Error(`no ${name}`);
    return id;
  };
  const { session } = bench.ports;
  for (const [from, to, kind = 'provenance'] of edges)
    await session.commit((lineage) =>
      connectNodes(lineage, { kind, from: idOf(from), to: idOf(to), grade: 'declared' }),
    );
  const after = modelTest({ id: testId, ...test(bench.data) });
  await session.commit(() => ({
    kind: 'add-test',
    title: 'Added a test',
    changes: [{ of: 'test', after }],
  }));
  const ports: SearchPorts = {
    ...bench.ports,
    judge: bench.judge,
    verdicts: (lineage, tests) => currentVerdicts(bench.ports, lineage, tests),
  };
  const nameOf = (id: NodeId): string => [...ids].find(([, one]) => one === id)?.[0] ?? id;
  return { ...bench, ports, idOf, nameOf };
}

/** A judge that says what `verdict` says, and counts. */
export function fakeJudge(verdict: (name: string, time: number) => Verdict) {
  const asked: string[] = [];
  const judge: Judge = (test, { model: { node } }: TestSubject) => {
    const time = asked.filter((name) => name === node.name).length;
    asked.push(node.name);
    const said = verdict(node.name, time);
    const result: TestResult = {
      test: test.id,
      testVersion: 1,
      functionVersion: 1,
      snapshot: node.snapshot,
      verdict: said,
      metrics: said === 'error' ? {} : { score: said === 'pass' ? 1 : 0 },
      ...(said === 'error'
        ? { error: { code: 'compute-failed', message: 'it broke', data: { reason: 'it broke' } } }
        : {}),
      backend: 'none',
      at: 0,
      ms: 0,
    };
    return Promise.resolve(result);
  };
  return { judge, asked };
}
