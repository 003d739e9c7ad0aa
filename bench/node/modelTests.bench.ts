import * as ort from 'onnxruntime-web/wasm';
import { modelTest, modelTestBench } from '../../src/app/modelTests/modelTestBench.fixture.ts';
import { testBoard } from '../../src/app/modelTests/testBoard.ts';
import { runTests } from '../../src/app/modelTests/runTests.ts';
import { perceptron } from '../../src/compute/training.fixture.ts';
import { noRun } from '../../src/app/import/importModels.fixture.ts';
import type { NodeId, TestId } from '../../src/core/ids.ts';
import { encodeOnnx } from '../../src/core/network/encodeOnnx.ts';
import { mlp } from '../../src/core/models/mlp.ts';
import type { Network } from '../../src/core/network/network.ts';
import { printTable } from './table.ts';

/** Models of one architecture. */
const siblings = 100;
const rows = 1000;

/**
 * Tests a minute on siblings of one architecture: one compiled session for all, against a plain ONNX
 * Runtime session for each model, on the same examples in the same process; then the board of results.
 */
export async function run(): Promise<void> {
  await speed('perceptron 2-16-3', (seed) => perceptron(16, seed));
  await speed('network 2-256-256-3', (seed) =>
    mlp({ inputs: 2, hidden: [256, 256], classes: 3, seed }),
  );
  await board();
}

async function speed(name: string, make: (seed: number) => Network): Promise<void> {
  const bench = await modelTestBench({ rows });
  const networks = Array.from({ length: siblings }, (_, at) => make(at + 1));
  const ids: NodeId[] = [];
  for (const [at, network] of networks.entries())
    ids.push(await bench.importNetwork(`sibling ${at}`, network));
  const test = modelTest({ function: 'classification', data: bench.data });
  await bench.ports.session.commit(() => ({
    kind: 'add-test',
    title: 'test',
    changes: [{ of: 'test', after: test }],
  }));
  // The first of each compiles and warms up.
  const [first] = ids;
  if (first === undefined) throw new Error('no sibling');
  const timed = async (): Promise<number> => {
    const started = performance.now();
    const order = { nodes: ids, again: true };
    const report = await runTests(bench.ports, order, noRun, () => undefined);
    if (report.errors > 0) throw new Error('a test could not be run');
    return performance.now() - started;
  };
  await bench.run(test, first);
  const before = rss();
  const once = await timed();
  const afterOne = rss();
  const twice = await timed();
  const afterTwo = rss();
  const plain = await plainSessions(networks);
  const minute = (ms: number) => Math.round((siblings * 60_000) / ms);
  printTable(
    [`${name}, ${siblings} siblings, ${rows} examples`, 'tests a minute', 'MiB grown'],
    [
      ['ours: read from the store, tested, a sample repeated in float64, kept', String(minute(once)), mib(afterOne - before)], // prettier-ignore
      ['the same again', String(minute(twice)), mib(afterTwo - afterOne)],
      ['plain: one ONNX Runtime session for each, weights in memory, outputs only', String(minute(plain)), ''], // prettier-ignore
    ],
  );
}

/** One session for each model: made, run once on all examples, released. */
async function plainSessions(networks: readonly Network[]): Promise<number> {
  const input = new Float32Array(rows * 2).map((_, at) => Math.sin(at));
  const started = performance.now();
  for (const network of networks) {
    const session = await ort.InferenceSession.create(encodeOnnx(network), {
      executionProviders: ['wasm'],
      logSeverityLevel: 3,
    });
    const [name = ''] = session.inputNames;
    await session.run({ [name]: new ort.Tensor('float32', input, [rows, 2]) });
    await session.release();
  }
  return performance.now() - started;
}

async function board(): Promise<void> {
  const bench = await modelTestBench();
  const node = [...(await bench.ports.session.lineage()).nodes.values()][0];
  if (node === undefined) throw new Error('no model');
  await bench.ports.session.commit(() => ({
    kind: 'add',
    title: 'many',
    changes: [
      ...Array.from({ length: 999 }, (_, at) => ({
        of: 'node' as const,
        after: { ...node, id: `${node.id} ${at}` as never, name: `${node.name} ${at}` },
      })),
      ...Array.from({ length: 5 }, (_, at) => ({
        of: 'test' as const,
        after: modelTest({ id: `t${at}` as TestId, name: `t${at}` }),
      })),
    ],
  }));
  for (const test of (await bench.ports.session.lineage()).tests.values()) await bench.run(test);
  bench.ports.tested.forgetResults();
  const times: number[] = [];
  for (let at = 0; at < 3; at++) {
    const started = performance.now();
    const { results } = await testBoard(bench.ports);
    times.push(performance.now() - started);
    if (results.length !== 5000) throw new Error(`${results.length} results`);
  }
  printTable(
    ['board of 1,000 models × 5 tests', 'ms'],
    [
      ['first', (times[0] ?? 0).toFixed(0)],
      ['again', (times[2] ?? 0).toFixed(0)],
    ],
  );
}

function rss(): number {
  globalThis.gc?.();
  return process.memoryUsage().rss;
}

function mib(bytes: number): string {
  return (bytes / 2 ** 20).toFixed(0);
}
