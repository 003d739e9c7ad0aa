import { modelTest, modelTestBench } from '../../src/app/modelTests/modelTestBench.fixture.ts';
import { testBoard } from '../../src/app/modelTests/testBoard.ts';
import type { TestId } from '../../src/core/ids.ts';
import { median, printTable } from './table.ts';
import { openSiblings, siblingCases, type Siblings } from './siblings.ts';

/** Times of each way, one after the other: a machine that gets busy is so for all. */
const rounds = 3;

/**
 * Tests a minute on siblings of one architecture, against one ONNX Runtime session for each model: the
 * computing alone, and the whole from the store to the metrics. Then the board of results.
 */
export async function run(): Promise<void> {
  const alone: string[][] = [];
  const whole: string[][] = [];
  for (const each of siblingCases) {
    const opened = await openSiblings(each);
    const { siblings } = each;
    const label = `${siblings} × ${each.name}, ${opened.examples} examples`;
    alone.push([label, ...(await compared(siblings, opened.swapped, opened.compiled)).cells]);
    const before = rss();
    const { cells, grown } = await compared(siblings, opened.tested, opened.plain);
    whole.push([label, ...cells, mib(grown[0] - before), mib(grown[1] - grown[0])]);
    await opened.close();
  }
  printTable(
    ['computing alone', 'a minute, weights swapped', 'a minute, compiled each', 'ratio'],
    alone,
  ); // prettier-ignore
  console.log('');
  printTable(
    [
      'whole test',
      'ours a minute: read, tested, repeated on another backend, kept',
      'plain a minute: read, compiled, run, the same metrics',
      'ratio',
      'MiB grown in the first round',
      'and after it',
    ],
    whole,
  );
  console.log('');
  await board();
}

/** Medians of interleaved rounds; memory after the first and the last. */
async function compared(siblings: number, ours: Siblings['tested'], plain: Siblings['plain']) {
  const times: readonly [number[], number[]] = [[], []];
  const grown: [number, number] = [0, 0];
  // The first of each compiles and warms up.
  await ours(1);
  await plain(1);
  for (let round = 0; round < rounds; round++) {
    times[0].push(await clocked(siblings, ours));
    times[1].push(await clocked(siblings, plain));
    grown[round === 0 ? 0 : 1] = rss();
  }
  const [own, other] = [median(times[0]), median(times[1])];
  const minute = (ms: number) => String(Math.round((siblings * 60_000) / ms));
  return { cells: [minute(own), minute(other), (other / own).toFixed(2)], grown };
}

async function clocked(siblings: number, work: Siblings['tested']): Promise<number> {
  const started = performance.now();
  await work(siblings);
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
