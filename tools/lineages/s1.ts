import { prepareUse } from '../../src/app/data/prepareUse.ts';
import { noRun } from '../../src/app/import/importModels.fixture.ts';
import type { CreateOrder } from '../../src/core/creationViews.ts';
import type { DataUse } from '../../src/core/data/dataUse.ts';
import type { NodeId } from '../../src/core/ids.ts';
import { bagOfEmbeddings } from '../../src/core/models/bagOfEmbeddings.ts';
import { cnn1d } from '../../src/core/models/cnn1d.ts';
import { mlp } from '../../src/core/models/mlp.ts';
import type { Network } from '../../src/core/network/network.ts';
import type { Graph, Progress, Scores } from './graph.ts';
import { accuracyOf, trainBase, type LineageBench } from './lineageBench.ts';
import { largeCnn, smallCnn } from './networks.ts';
import { s1Data, soundSamples, words, type S1Data, type S1Sources, type S1Task } from './s1Data.ts';
import type { Truth, TruthNode } from './truth.ts';

/** How long S1 is trained. */
export interface S1Size {
  readonly baseEpochs: number;
  readonly epochs: number;
}

export const s1Full: S1Size = { baseEpochs: 3, epochs: 2 };
export const s1Quick: S1Size = { baseEpochs: 1, epochs: 1 };

interface Base {
  readonly name: string;
  readonly task: S1Task;
  /** @param side - pixels of a side of the pictures; of the small ones where it takes those. */
  readonly network: (side: number) => Network;
  /** Of another model that it only looks like: the same architecture, another start. */
  readonly like?: string;
}

/** Bases that have nothing to do with each other; those with `like` are there to mislead. */
const bases: readonly Base[] = [
  { name: 'mlp-small', task: 'small digits', network: (side) => rowNet(side, [32], 11) },
  { name: 'mlp', task: 'digit rows', network: (side) => rowNet(side, [128, 64], 12) },
  { name: 'cnn-s', task: 'digits', network: (side) => smallCnn(side, 10, 13) },
  { name: 'cnn-s-other', task: 'digits', network: (side) => smallCnn(side, 10, 14), like: 'cnn-s' },
  { name: 'cnn-l', task: 'digits', network: (side) => largeCnn(side, 10, 15) },
  { name: 'cnn-l-other', task: 'digits', network: (side) => largeCnn(side, 10, 16), like: 'cnn-l' },
  { name: 'speech', task: 'words', network: () => cnn1d({ samples: soundSamples, seed: 17 }) },
  { name: 'bag', task: 'amazon', network: () => bagOfEmbeddings({ ...words, seed: 18 }) },
  {
    name: 'sentences',
    task: 'amazon',
    network: () => bagOfEmbeddings({ ...words, hidden: 32, seed: 19 }),
  },
];

function rowNet(side: number, hidden: readonly number[], seed: number): Network {
  return mlp({ inputs: side * side, hidden, classes: 10, seed });
}

/** How a child differs from its base. */
type Relation =
  'finetuned' | 'frozen backbone' | 'last layer' | 'half precision' | 'pruned' | 'other head';

interface Child {
  readonly of: string;
  readonly relation: Relation;
  readonly task?: S1Task;
}

const children: readonly Child[] = [
  { of: 'cnn-s', relation: 'finetuned', task: 'turned digits' },
  { of: 'cnn-s', relation: 'frozen backbone', task: 'parity' },
  { of: 'cnn-s', relation: 'half precision' },
  { of: 'cnn-s', relation: 'pruned' },
  { of: 'cnn-l', relation: 'finetuned', task: 'turned digits' },
  { of: 'cnn-l', relation: 'last layer', task: 'turned digits' },
  { of: 'cnn-l', relation: 'other head', task: 'parity' },
  { of: 'cnn-l-other', relation: 'pruned' },
  { of: 'mlp', relation: 'finetuned', task: 'turned digit rows' },
  { of: 'mlp', relation: 'half precision' },
  { of: 'mlp-small', relation: 'pruned' },
  { of: 'speech', relation: 'frozen backbone', task: 'speakers' },
  { of: 'bag', relation: 'last layer', task: 'yelp' },
  { of: 'sentences', relation: 'finetuned', task: 'imdb' },
];

const childName = ({ of, relation }: Child): string => `${of} ${relation}`;

/** The graph S1: nine bases that have nothing to do with each other, and fourteen children of them. */
export function s1Truth(): Truth {
  return {
    graph: 's1',
    about: 'Bases with no common origin, some of one architecture, and children of many kinds.',
    nodes: [
      ...bases.map(({ name, task, like }): TruthNode => ({
        name,
        from: [],
        facts: { task, ...(like === undefined ? {} : { decoyOf: like }) },
      })),
      ...children.map((child): TruthNode => {
        const { of, relation, task } = child;
        const facts = { relation, ...(task === undefined ? {} : { task }) };
        return { name: childName(child), from: [of], facts };
      }),
    ],
  };
}

export function s1(sources: S1Sources, size: S1Size): Graph {
  return { truth: s1Truth(), build: (bench, log) => build(bench, sources, size, log) };
}

async function build(
  bench: LineageBench,
  sources: S1Sources,
  size: S1Size,
  log: Progress,
): Promise<Scores> {
  const data = await s1Data(bench, sources);
  const scores = new Map<string, Readonly<Record<string, number>>>();
  const made = new Map<string, NodeId>();
  const keep = async (name: string, id: NodeId, use: DataUse): Promise<void> => {
    made.set(name, id);
    const accuracy = accuracyOf(await bench.scoreOn(id, use));
    scores.set(name, { accuracy });
    log(`${name}: ${accuracy.toFixed(3)}`);
  };
  for (const base of bases)
    await keep(base.name, await importBase(bench, base, data, size), data.use(base.task));
  for (const child of children) {
    const of = bases.find(({ name }) => name === child.of);
    const parent = made.get(child.of);
    if (of === undefined || parent === undefined) throw new Error(`no base ${child.of}`);
    const id = await bench.makeOne(orderOf(child, parent, data, size));
    await keep(childName(child), id, data.use(child.task ?? of.task));
  }
  return scores;
}

async function importBase(
  bench: LineageBench,
  { name, task, network }: Base,
  data: S1Data,
  { baseEpochs }: S1Size,
): Promise<NodeId> {
  const side = task === 'small digits' ? data.smallSide : data.side;
  const prepared = await prepareUse(bench.app.ports, data.use(task), noRun);
  const start = network(side);
  const settings = { epochs: baseEpochs * data.times(task), learningRate: 1e-3, seed: 10 };
  return bench.importNetwork(name, await trainBase(start, prepared, settings));
}

function orderOf(child: Child, parent: NodeId, data: S1Data, { epochs }: S1Size): CreateOrder {
  const { relation, task } = child;
  const common = { name: childName(child), parents: [parent], seed: 20 };
  if (relation === 'half precision') return { ...common, function: 'quantise-fp16' };
  if (relation === 'pruned')
    return { ...common, function: 'prune', arguments: { sparsity: 0.5, scope: 'global' } };
  if (task === undefined) throw new Error(`${common.name} is trained on nothing`);
  const training = { epochs: epochs * data.times(task), keep: 'last' } as const;
  const trained = { ...common, data: [data.use(task)] };
  if (relation === 'frozen backbone')
    return { ...trained, function: 'linear-probe', arguments: training };
  const own = {
    finetuned: { head: 'keep', learningRate: 5e-4 },
    'last layer': { head: 'keep', layers: 'last', lastLayers: 1, learningRate: 1e-3 },
    'other head': { head: 'replace', learningRate: 5e-4 },
  }[relation];
  return { ...trained, function: 'finetune', arguments: { ...training, ...own } };
}
