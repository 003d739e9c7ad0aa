import path from 'node:path';
import process from 'node:process';
import type { Graph, Progress } from './graph.ts';
import { lineageBench } from './lineageBench.ts';
import { pickedPictures, readMnist, someRows, type Pictures } from './pictures.ts';
import { s1, s1Full, s1Quick } from './s1.ts';
import { readSentences, readSmallDigits } from './s1Data.ts';
import { s2, s2Fast, s2Full, s2Quick } from './s2.ts';
import { s3, s3Full, s3Quick } from './s3.ts';
import { s4, s4Full, s4Quick } from './s4.ts';
import { s5, s5Full, s5Quick } from './s5.ts';
import { printInference } from './scoreInference.ts';
import { readSpokenDigits } from './sounds.ts';
import { checkBisect, checkLineage } from './truth.ts';
import { summaryLines, summaryOf, writeLineage, type Summary } from './writeLineage.ts';

/** The graphs by name: each made from the folder of data sets. */
const graphs: Readonly<Record<string, (data: string, quick: boolean) => Graph>> = {
  s1: (data, quick) =>
    s1(
      {
        pictures: mnist(data, quick),
        small: readSmallDigits(path.join(data, 'optdigits', 'optdigits.tes')),
        spoken: readSpokenDigits(path.join(data, 'fsdd')),
        sentences: readSentences(path.join(data, 'sentiment')),
      },
      quick ? s1Quick : s1Full,
    ),
  s2: (data, quick) => s2(mnist(data, quick), quick ? s2Quick : s2Full),
  's2-fast': (data, quick) => s2(mnist(data, quick), quick ? s2Quick : s2Fast),
  s3: (data, quick) => s3(mnist(data, quick), quick ? s3Quick : s3Full),
  s4: (data, quick) => s4(mnist(data, quick), quick ? s4Quick : s4Full),
  s5: (data, quick) => s5(readSpokenDigits(path.join(data, 'fsdd')), quick ? s5Quick : s5Full),
};

/** All pictures, or some for a quick build, which would else read more than it learns. */
function mnist(data: string, quick: boolean): Pictures {
  const all = readMnist(path.join(data, 'mnist'));
  return quick ? pickedPictures(all, someRows(all.count, 0, 1500, 9)) : all;
}

const graphNames = Object.keys(graphs);

/**
 * Builds a graph and checks that it is what it was meant to be.
 *
 * @param out - folder for the models, `lineage.json` and `truth.json`; nothing is written without.
 */
export async function buildGraph(
  graph: Graph,
  out: string | undefined,
  log: Progress,
): Promise<Summary> {
  const begun = performance.now();
  const before = process.cpuUsage();
  const bench = await lineageBench();
  try {
    const scores = await graph.build(bench, log);
    const used = process.cpuUsage(before);
    const time = {
      wallSeconds: (performance.now() - begun) / 1000,
      cpuSeconds: (used.user + used.system) / 1e6,
    };
    checkLineage(graph.truth, await bench.app.ports.session.lineage());
    checkBisect(graph.truth, scores);
    for (const line of (await graph.check?.(bench)) ?? []) log(line);
    if (out !== undefined) await writeLineage(bench, graph.truth, scores, out);
    return await summaryOf(bench, graph.truth, scores, time);
  } finally {
    await bench.close();
  }
}

/** A graph as the command line asks for it. */
export interface Wanted {
  readonly graph: string;
  /** Folder of the data sets; without, the graph that `out` holds is scored again. */
  readonly data: string | undefined;
  readonly out: string;
  readonly quick: boolean;
  /** Whether to score what inference makes of the models. */
  readonly score: boolean;
}

/** What the command line asks for. @throws Error for a graph that there is not. */
export async function buildLineage(wanted: Wanted, log: Progress): Promise<void> {
  const { graph, data, out, quick, score } = wanted;
  const make = graphs[graph];
  if (make === undefined) throw new Error(`no graph ${graph}: there are ${graphNames.join(', ')}`);
  if (data !== undefined) await printBuild(make(data, quick), out, log);
  if (score) await printInference(out, log);
}

async function printBuild(graph: Graph, out: string, log: Progress): Promise<void> {
  const summary = await buildGraph(graph, out, log);
  for (const line of summaryLines(summary)) log(line);
}
