import type { DataUse } from '../../src/core/data/dataUse.ts';
import type { NodeId } from '../../src/core/ids.ts';
import { mlp } from '../../src/core/models/mlp.ts';
import type { Network } from '../../src/core/network/network.ts';
import type { Graph, Progress, Scores } from './graph.ts';
import {
  accuracyOf,
  lineageBench,
  sparsityOf,
  trainBase,
  type LineageBench,
} from './lineageBench.ts';
import { largeCnn, smallCnn } from './networks.ts';
import { addPictures, baseData, digits, pictureInput, pictureUse } from './pictureData.ts';
import { pickedPictures, someRows, type Pictures } from './pictures.ts';
import type { Truth, TruthNode } from './truth.ts';

/** How large S4 is built. */
export interface S4Size {
  readonly nets: number;
  readonly levels: readonly number[];
  /** Pictures the dense networks are trained on, and their epochs. */
  readonly dense: number;
  readonly denseEpochs: number;
  /** Pictures that leaves are trained on, and their epochs. */
  readonly train: number;
  readonly epochs: number;
  readonly test: number;
}

export const s4Full: S4Size = {
  nets: 3,
  levels: [0.1, 0.3, 0.5, 0.7, 0.85],
  dense: 5000,
  denseEpochs: 3,
  train: 2000,
  epochs: 1,
  test: 1000,
};

export const s4Quick: S4Size = {
  ...s4Full,
  nets: 1,
  levels: [0.1, 0.5, 0.85],
  dense: 300,
  denseEpochs: 1,
  train: 100,
  test: 100,
};

interface Net {
  readonly name: string;
  /** Finetuned leaves: one at each of so many of the highest levels. */
  readonly leaves: number;
  /** Whether it takes pictures as a row of pixels. */
  readonly flat: boolean;
  readonly network: (side: number) => Network;
}

const nets: readonly Net[] = [
  { name: 'cnn-s', leaves: 2, flat: false, network: (side) => smallCnn(side, 10, 41) },
  { name: 'cnn-l', leaves: 3, flat: false, network: (side) => largeCnn(side, 10, 42) },
  {
    name: 'mlp',
    leaves: 2,
    flat: true,
    network: (side) => mlp({ inputs: side * side, hidden: [128, 64], classes: 10, seed: 43 }),
  },
];

const percent = (level: number): number => Math.round(100 * level);
const prunedName = ({ name }: Net, level: number): string => `${name}-pruned-${percent(level)}`;
const leafName = (net: Net, level: number): string => `${prunedName(net, level)}-finetuned`;

function leafLevels({ leaves }: Net, { levels }: S4Size): readonly number[] {
  return levels.slice(-leaves);
}

/** The graph S4: pruning chains whose first pruned networks are the roots, as in the original. */
export function s4Truth(size: S4Size): Truth {
  const nodes = nets.slice(0, size.nets).flatMap((net): TruthNode[] => [
    ...size.levels.map((level, at) => ({
      name: prunedName(net, level),
      from: at === 0 ? [] : [prunedName(net, size.levels[at - 1] ?? 0)],
      facts: { net: net.name, sparsity: level, finetuned: false },
    })),
    ...leafLevels(net, size).map((level) => ({
      name: leafName(net, level),
      from: [prunedName(net, level)],
      facts: { net: net.name, sparsity: level, finetuned: true },
    })),
  ]);
  return {
    graph: 's4',
    about: 'Networks pruned more and more, each from the one before, some trained again.',
    nodes,
  };
}

export function s4(pictures: Pictures, size: S4Size): Graph {
  return { truth: s4Truth(size), build: (bench, log) => build(bench, pictures, size, log) };
}

async function build(
  bench: LineageBench,
  pictures: Pictures,
  size: S4Size,
  log: Progress,
): Promise<Scores> {
  const { count, side } = pictures;
  const forDense = pickedPictures(pictures, someRows(count, 0, size.dense, 4));
  const rest = pickedPictures(pictures, someRows(count, size.dense, count, 4));
  const data = await addPictures(bench, 'digits', rest);
  const share = { train: size.train, test: size.test, seed: 4 };
  const scores = new Map<string, Readonly<Record<string, number>>>();
  for (const net of nets.slice(0, size.nets)) {
    const input = net.flat
      ? ({ is: 'numbers', columns: ['image'], shape: [side * side], mean: [33.3], deviation: [78.6] } as const) // prettier-ignore
      : pictureInput(side);
    const use = pictureUse(data, input, { column: 'label', classes: digits }, rest.count, share);
    const dense = await trainBase(
      net.network(side),
      baseData(forDense, forDense, digits, net.flat),
      { epochs: size.denseEpochs, learningRate: 1e-3, seed: 4 },
    );
    const made = await buildNet(bench, net, dense, use, size);
    for (const id of made) scores.set(...(await scored(bench, id, use)));
    const reached = [...scores].filter(([name]) => name.startsWith(net.name));
    log(
      `${net.name}: ${reached.map(([, figures]) => figures['accuracy']?.toFixed(3) ?? '').join(' ')}`,
    );
  }
  return scores;
}

async function buildNet(
  bench: LineageBench,
  net: Net,
  dense: Network,
  use: DataUse,
  size: S4Size,
): Promise<readonly NodeId[]> {
  const made: NodeId[] = [];
  const [first = 0, ...higher] = size.levels;
  const pruned = new Map([[first, await prunedRoot(bench, net, dense, first)]]);
  let before = pruned.get(first);
  for (const level of higher) {
    before = await bench.makeOne({
      function: 'prune',
      name: prunedName(net, level),
      parents: before === undefined ? [] : [before],
      arguments: { sparsity: level, scope: 'global' },
    });
    pruned.set(level, before);
  }
  made.push(...pruned.values());
  for (const level of leafLevels(net, size)) {
    const parent = pruned.get(level);
    // Pruned to the same share again, so that the zeros stay zero while the other weights are trained.
    const recovered = await bench.makeOne({
      function: 'prune',
      name: leafName(net, level),
      parents: parent === undefined ? [] : [parent],
      data: [use],
      seed: 5,
      arguments: {
        sparsity: level,
        scope: 'global',
        recover: true,
        epochs: size.epochs,
        learningRate: 1e-3,
        keep: 'last',
      },
    });
    made.push(recovered);
  }
  return made;
}

/** The first pruned network, without its dense parent: made on a bench of its own and imported. */
async function prunedRoot(
  bench: LineageBench,
  net: Net,
  dense: Network,
  level: number,
): Promise<NodeId> {
  const aside = await lineageBench();
  try {
    const parent = await aside.importNetwork(net.name, dense);
    const pruned = await aside.makeOne({
      function: 'prune',
      parents: [parent],
      arguments: { sparsity: level, scope: 'global' },
    });
    return await bench.importNetwork(prunedName(net, level), await aside.networkOf(pruned));
  } finally {
    await aside.close();
  }
}

async function scored(
  bench: LineageBench,
  id: NodeId,
  use: DataUse,
): Promise<readonly [string, Readonly<Record<string, number>>]> {
  const { nodes } = await bench.app.ports.session.lineage();
  const accuracy = accuracyOf(await bench.scoreOn(id, use));
  const sparsity = sparsityOf(await bench.networkOf(id));
  return [nodes.get(id)?.name ?? '', { accuracy, sparsity }];
}
