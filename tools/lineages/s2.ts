import type { NodeId } from '../../src/core/ids.ts';
import type { Augmentation, DataUse } from '../../src/core/data/dataUse.ts';
import type { DatasetRecord } from '../../src/core/data/dataset.ts';
import type { Graph, Progress, Scores } from './graph.ts';
import { accuracyOf, trainBase, type LineageBench } from './lineageBench.ts';
import { smallCnn } from './networks.ts';
import { perturbations } from './perturbations.ts';
import { addPictures, baseData, digits, pictureInput, pictureUse } from './pictureData.ts';
import { mirrored, pickedPictures, quarterTurns, someRows, type Pictures } from './pictures.ts';
import type { Truth, TruthNode } from './truth.ts';

/** How large S2 is built. */
export interface S2Size {
  readonly tasks: number;
  /** Versions of each task, the first, v0, included. */
  readonly versions: number;
  /** Pictures the base is trained on, and its epochs. */
  readonly pretrain: number;
  readonly baseEpochs: number;
  /** Pictures of a task. */
  readonly train: number;
  readonly test: number;
  /** Epochs and rate of v0, whose head begins at random; then the rate of one epoch of each version. */
  readonly firstEpochs: number;
  readonly firstRate: number;
  readonly rate: number;
}

export const s2Full: S2Size = {
  tasks: 9,
  versions: 10,
  pretrain: 4000,
  baseEpochs: 2,
  train: 600,
  test: 400,
  firstEpochs: 4,
  firstRate: 1e-3,
  rate: 1e-4,
};

/** Versions further from each other: what that does to the size of deltas. */
export const s2Fast: S2Size = { ...s2Full, rate: 1e-3 };

export const s2Quick: S2Size = {
  ...s2Full,
  tasks: 2,
  versions: 3,
  pretrain: 200,
  train: 100,
  test: 50,
  firstEpochs: 3,
};

interface Task {
  readonly name: string;
  readonly classes: readonly string[];
  /** Class of each digit; digits it lacks are left out. Undefined: the digit itself. */
  readonly mapped?: Readonly<Record<string, string>>;
  /** Asks for the pictures of which half are mirrored. */
  readonly mirror?: true;
}

function byDigit(name: string, classes: readonly string[], of: (digit: number) => number): Task {
  const mapped = digits.map((digit, value) => [digit, classes[of(value)] ?? ''] as const);
  return { name, classes, mapped: Object.fromEntries(mapped) };
}

const yes = (name: string, members: readonly number[]): Task =>
  byDigit(name, ['no', 'yes'], (digit) => (members.includes(digit) ? 1 : 0));

export const s2Tasks: readonly Task[] = [
  { name: 'ten-class', classes: digits },
  byDigit('parity', ['even', 'odd'], (digit) => digit % 2),
  yes('at-least-5', [5, 6, 7, 8, 9]),
  yes('prime', [2, 3, 5, 7]),
  yes('has-loop', [0, 6, 8, 9]),
  byDigit('mod-3', ['0', '1', '2'], (digit) => digit % 3),
  { name: '3-or-8', classes: ['3', '8'], mapped: { '3': '3', '8': '8' } },
  yes('is-1', [1]),
  { name: 'mirror', classes: ['as written', 'mirrored'], mapped: { '0': 'as written', '1': 'mirrored' }, mirror: true }, // prettier-ignore
];

/** The graph S2: a base, and for each task a finetune of it with versions that see ever more perturbations. */
export function s2Truth({ tasks, versions }: S2Size): Truth {
  const names = perturbations(1).map(({ name }) => name);
  const nodes = s2Tasks.slice(0, tasks).flatMap((task) =>
    Array.from({ length: versions }, (_, version): TruthNode => {
      const facts = { task: task.name, version, perturbations: names.slice(0, version) };
      const name = nameOf(task, version);
      if (version === 0) return { name, from: ['base'], facts };
      const before = nameOf(task, version - 1);
      return { name, from: [before], revises: before, facts };
    }),
  );
  return {
    graph: 's2',
    about: 'A CNN that tells rotations, finetuned to nine tasks, each in ten versions.',
    nodes: [{ name: 'base', from: [], facts: { task: 'rotation' } }, ...nodes],
  };
}

const nameOf = ({ name }: Task, version: number): string => `${name}-v${version}`;

export function s2(pictures: Pictures, size: S2Size): Graph {
  return {
    truth: s2Truth(size),
    build: (bench, log) => build(bench, pictures, size, log),
  };
}

async function build(
  bench: LineageBench,
  pictures: Pictures,
  size: S2Size,
  log: Progress,
): Promise<Scores> {
  const { count, side } = pictures;
  const forBase = pickedPictures(pictures, someRows(count, 0, size.pretrain, 1));
  const forTasks = pickedPictures(pictures, someRows(count, size.pretrain, count, 1));
  const turned = quarterTurns(forBase, 2);
  const turns = baseData(turned, turned, ['0°', '90°', '180°', '270°']);
  const settings = { epochs: size.baseEpochs, learningRate: 1e-3, seed: 1 };
  const base = await bench.importNetwork('base', await trainBase(smallCnn(side, 4, 1), turns, settings)); // prettier-ignore
  log('base trained on rotations');
  const plain = await addPictures(bench, 'digits', forTasks);
  const mirror = await addPictures(bench, 'mirrored-digits', mirrored(forTasks, 3));
  for (const [index, task] of s2Tasks.slice(0, size.tasks).entries()) {
    const use = useOf(task, task.mirror ? mirror : plain, forTasks, size, 100 + index);
    const line = await buildTask(bench, base, task, use, size, side);
    log(`${task.name}: ${line}`);
  }
  return new Map();
}

function useOf(
  task: Task,
  data: DatasetRecord,
  { labels, side }: Pictures,
  size: S2Size,
  seed: number,
): DataUse {
  // prettier-ignore
  const { classes, mapped } = task;
  const among =
    mapped === undefined || task.mirror
      ? labels.length
      : labels.filter((label) => mapped[label] !== undefined).length;
  const target = { column: 'label', classes, ...(mapped === undefined ? {} : { mapped }) };
  return pictureUse(data, pictureInput(side), target, among, {
    train: size.train,
    test: Math.min(size.test, Math.floor(among / 4)),
    seed,
  });
}

/** @returns accuracies of the versions, for the log. */
async function buildTask(
  bench: LineageBench,
  base: NodeId,
  task: Task,
  use: DataUse,
  size: S2Size,
  side: number,
): Promise<string> {
  const changes: readonly Augmentation[] = perturbations(side).map(({ change }) => change);
  let before = base;
  for (let version = 0; version < size.versions; version++) {
    const first = version === 0;
    before = await bench.makeOne({
      function: 'finetune',
      name: nameOf(task, version),
      parents: [before],
      data: [{ ...use, augment: changes.slice(0, version), asCopies: true }],
      seed: version + 1,
      arguments: {
        head: first ? 'replace' : 'keep',
        epochs: first ? size.firstEpochs : 1,
        learningRate: first ? size.firstRate : size.rate,
        batchSize: 16,
        keep: 'last',
      },
      asVersion: !first,
    });
  }
  const { nodes } = await bench.app.ports.session.lineage();
  const last = nodes.get(before)?.outcome;
  return `${accuracyOf(last?.test).toFixed(3)} at v${size.versions - 1}`;
}
