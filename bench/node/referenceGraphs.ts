import path from 'node:path';
import type { Graph } from '../../tools/lineages/graph.ts';
import { readMnist, type Pictures } from '../../tools/lineages/pictures.ts';
import { s1, s1Full, s1Quick } from '../../tools/lineages/s1.ts';
import { readSentences, readSmallDigits } from '../../tools/lineages/s1Data.ts';
import { s2, s2Fast, s2Full } from '../../tools/lineages/s2.ts';
import { s3, s3Full } from '../../tools/lineages/s3.ts';
import { s4, s4Full } from '../../tools/lineages/s4.ts';
import { s5, s5Full } from '../../tools/lineages/s5.ts';
import { readSpokenDigits } from '../../tools/lineages/sounds.ts';
import { creations } from './creationsGraph.ts';

/** A graph by name, made from the folder of data sets. */
export interface ReferenceGraph {
  readonly name: string;
  readonly make: (data: string) => Graph;
}

const mnist = (data: string): Pictures => readMnist(path.join(data, 'mnist'));
const spoken = (data: string) => readSpokenDigits(path.join(data, 'fsdd'));

/**
 * The reference graphs of docs/lineages.md, and one with a model of each creation function.
 *
 * @param full - as large as there; else of fewer models, trained in the same way.
 */
export function graphsOf(full: boolean): ReferenceGraph[] {
  const fewer = full ? {} : { tasks: 2 };
  return [
    {
      name: 's1',
      make: (data) =>
        s1(
          {
            pictures: mnist(data),
            small: readSmallDigits(path.join(data, 'optdigits', 'optdigits.tes')),
            spoken: spoken(data),
            sentences: readSentences(path.join(data, 'sentiment')),
          },
          full ? s1Full : s1Quick,
        ),
    },
    { name: 's2', make: (data) => s2(mnist(data), { ...s2Full, ...fewer }) },
    ...(full ? [{ name: 's2-fast', make: (data: string) => s2(mnist(data), s2Fast) }] : []),
    {
      name: 's3',
      make: (data) => {
        const small = { rounds: 4, poisoned: 2, test: 300, bisect: false };
        return s3(mnist(data), { ...s3Full, ...(full ? {} : small) });
      },
    },
    {
      name: 's4',
      make: (data) => {
        const small = { dense: 2000, denseEpochs: 2, train: 1000, test: 300 };
        return s4(mnist(data), { ...s4Full, ...(full ? {} : small) });
      },
    },
    {
      name: 's5',
      make: (data) => s5(spoken(data), { ...s5Full, ...(full ? {} : { epochs: 10 }) }),
    },
    { name: 'creations', make: (data) => creations(mnist(data)) },
  ];
}
