import type { NodeId, TestId } from '../../core/ids.ts';
import { datasetOf } from '../../core/lineage/editDatasets.ts';
import type { ModelTest, TestData } from '../../core/modelTests/modelTest.ts';
import type { Sandbox } from '../../core/ports/sandbox.ts';
import type { Compute } from '../../core/ports/compute.ts';
import type { MemoryPlace } from '../../storage/memory/openMemoryStores.ts';
import { parentModel } from '../create/parentModel.ts';
import { blobTable, trainingBench } from '../create/trainingBench.fixture.ts';
import { noRun } from '../import/importModels.fixture.ts';
import { judgeOf } from './judge.ts';
import { TestMemory } from './testMemory.ts';
import type { TestPorts } from './testPorts.ts';
import type { TestSubject } from './testSubject.ts';

/** No scripts. */
export const noSandbox: Sandbox = { run: () => Promise.reject(new Error('no sandbox here')) };

/** A test that measures health of weights, changed by `change`. */
export function modelTest(change: Partial<ModelTest> = {}): ModelTest {
  return {
    id: 'test' as TestId,
    name: 'test',
    version: 1,
    function: 'health',
    functionVersion: 1,
    arguments: {},
    bindings: [{ is: 'all' }],
    success: [],
    tolerances: {},
    notes: '',
    createdAt: 0,
    ...change,
  };
}

export interface BenchOptions {
  readonly place?: MemoryPlace;
  readonly compute?: Compute;
  readonly sandbox?: Sandbox;
  /** Points of the data set; 90 unless given. */
  readonly rows?: number;
}

/** A store in memory with a perceptron `base`, points for it, and all that testing needs. */
export async function modelTestBench({ sandbox = noSandbox, rows, ...options }: BenchOptions = {}) {
  const bench = await trainingBench(options);
  const points =
    rows === undefined ? bench.points : (await bench.addText(`${rows}.csv`, blobTable(rows, 2))).id;
  const ports: TestPorts = { ...bench.ports, sandbox, tested: new TestMemory() };
  const { snapshot, name, reading } = datasetOf(await ports.session.lineage(), points);
  const data: TestData = {
    dataset: snapshot,
    name,
    reading,
    part: 'all',
    perturb: [],
    seed: 1,
  };
  const judge = judgeOf(ports);
  const subject = async (id: NodeId): Promise<TestSubject> => ({
    model: await parentModel(ports, id, noRun),
    stored: true,
  });
  return {
    ...bench,
    ports,
    data,
    judge,
    subject,
    run: async (test: ModelTest, id: NodeId = bench.base) =>
      judge(test, await subject(id), {}, noRun),
  };
}
