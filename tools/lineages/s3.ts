import type { TargetUse } from '../../src/core/data/dataUse.ts';
import type { DatasetRecord } from '../../src/core/data/dataset.ts';
import { randomFrom } from '../../src/core/data/random.ts';
import type { NodeId } from '../../src/core/ids.ts';
import { npyBytes, npyWords } from './fileBytes.ts';
import type { Graph, Progress, Scores } from './graph.ts';
import { accuracyOf, trainBase, type LineageBench } from './lineageBench.ts';
import { smallCnn } from './networks.ts';
import { baseData, digits, pictureInput, pictureUse } from './pictureData.ts';
import { pickedPictures, someRows, type Pictures } from './pictures.ts';
import type { BisectTruth, Truth, TruthNode } from './truth.ts';

/** How large S3 is built. */
export interface S3Size {
  readonly clients: number;
  readonly rounds: number;
  readonly perRound: number;
  /** The round, from 0, in which one client learns from flipped labels. */
  readonly poisoned: number;
  readonly epochs: number;
  readonly learningRate: number;
  /** Pictures that no client has. */
  readonly test: number;
  /** Whether it is trained for long enough that the poison shows, and so can be looked for. */
  readonly bisect: boolean;
}

export const s3Full: S3Size = {
  clients: 40,
  rounds: 10,
  perRound: 5,
  poisoned: 6,
  epochs: 3,
  learningRate: 0.02,
  test: 1000,
  bisect: true,
};

export const s3Quick: S3Size = {
  ...s3Full,
  clients: 10,
  rounds: 3,
  poisoned: 1,
  epochs: 1,
  test: 100,
  bisect: false,
};

/** What one client of a round is. */
interface Client {
  readonly client: number;
  /** The two digits it has many of. */
  readonly own: readonly [number, number];
  readonly poisoned: boolean;
}

/** Each pair of neighbours a client gets is another: every digit belongs to as many clients. */
export function ownDigits(client: number): readonly [number, number] {
  const step = 1 + (Math.floor(client / 10) % 9);
  return [client % 10, (client + step) % 10];
}

/** The clients of each round: drawn from a fixed seed, a client once a round. */
export function s3Rounds({
  clients,
  rounds,
  perRound,
  poisoned,
}: S3Size): readonly (readonly Client[])[] {
  return Array.from({ length: rounds }, (_, round) => {
    const order = Array.from({ length: clients }, (__, client) => client);
    randomFrom(31, round).shuffle(order);
    const chosen = order.slice(0, perRound).sort((a, b) => a - b);
    return chosen.map((client, place) => ({
      client,
      own: ownDigits(client),
      poisoned: round === poisoned && place === attackerPlace,
    }));
  });
}

/** Which of the poisoned round's clients is the attacker. */
const attackerPlace = 2;

const clientName = (round: number, place: number): string => `round ${round} client ${place + 1}`;
const averageName = (round: number): string => `round ${round} average`;

/** The graph S3: rounds of federated learning. The clients of round 0 are roots, as in the original. */
export function s3Truth(size: S3Size): Truth {
  const nodes = s3Rounds(size).flatMap((clients, round) => {
    const after = round > size.poisoned;
    const made = clients.map(({ client, own, poisoned }, place): TruthNode => ({
      name: clientName(round, place),
      from: round === 0 ? [] : [averageName(round - 1)],
      facts: { round, client, digits: [...own], poisoned, affected: poisoned || after },
    }));
    const average: TruthNode = {
      name: averageName(round),
      from: made.map(({ name }) => name),
      facts: { round, poisoned: false, affected: round >= size.poisoned },
    };
    return [...made, average];
  });
  return {
    graph: 's3',
    about: `Rounds of federated learning on digits, two classes a client; in round ${size.poisoned} one client learns every digit d as 9 − d.`,
    nodes,
    ...(size.bisect ? { bisect: bisectOf(size) } : {}),
  };
}

/** What is asked of each model: how often it takes the attacker's digits for what they were flipped to. */
const flippedScore = 'flipped';

function bisectOf({ poisoned }: S3Size): BisectTruth {
  return {
    good: averageName(poisoned - 1),
    bad: averageName(poisoned),
    culprit: clientName(poisoned, attackerPlace),
    score: flippedScore,
    highestGood: 0.25,
  };
}

export function s3(pictures: Pictures, size: S3Size): Graph {
  const truth = s3Truth(size);
  return { truth, build: (bench, log) => build(bench, pictures, size, log) };
}

async function build(
  bench: LineageBench,
  pictures: Pictures,
  size: S3Size,
  log: Progress,
): Promise<Scores> {
  const federation = dealt(pictures, size);
  const data = await addFederation(bench, federation);
  const rounds = s3Rounds(size);
  const accuracies = new Map<string, Readonly<Record<string, number>>>();
  const attacked = rounds.flat().find(({ poisoned }) => poisoned)?.own ?? [];
  const [first = []] = rounds;
  const roots: NodeId[] = [];
  for (const [place, client] of first.entries())
    roots.push(await rootClient(bench, federation, client, clientName(0, place), size));
  let average = await bench.makeOne({
    function: 'linear-average',
    name: averageName(0),
    parents: roots,
  });
  for (const [round, clients] of rounds.entries()) {
    if (round > 0) average = await nextRound(bench, average, data, clients, round, size);
    const scored = await scoreRound(bench, data, round, federation, attacked);
    for (const [name, figures] of scored) accuracies.set(name, figures);
    log(`round ${round}: average ${accuracies.get(averageName(round))?.['accuracy']?.toFixed(3) ?? ''}`); // prettier-ignore
  }
  return accuracies;
}

/** Pictures in the order of the data set, and whose each is: a client, or −1 for the test. */
interface Federation {
  readonly pictures: Pictures;
  readonly owners: Int32Array;
}

/** Deals pictures of its two digits to each client, and one of every other. */
function dealt(all: Pictures, { clients, test }: S3Size): Federation {
  const pictures = pickedPictures(all, someRows(all.count, 0, all.count, 30));
  const owners = new Int32Array(all.count).fill(-1);
  const holders = digits.map((_, digit) =>
    Array.from({ length: clients }, (__, client) => client).filter((client) =>
      ownDigits(client).includes(digit),
    ),
  );
  const strays = digits.map((_, digit) =>
    Array.from({ length: clients }, (__, client) => client).filter(
      (client) => !ownDigits(client).includes(digit),
    ),
  );
  const turns = new Map<number, number>();
  for (let row = test; row < all.count; row++) {
    const digit = pictures.labels[row] ?? 0;
    const turn = turns.get(digit) ?? 0;
    turns.set(digit, turn + 1);
    const mine = holders[digit] ?? [];
    owners[row] = strays[digit]?.[turn] ?? mine[turn % mine.length] ?? -1;
  }
  return { pictures, owners };
}

/** Labels say whose a picture is: `17:3`, and `test:3` for those of nobody. */
function addFederation(
  bench: LineageBench,
  { pictures, owners }: Federation,
): Promise<DatasetRecord> {
  const { count, side, pixels, labels } = pictures;
  const words = Array.from(labels, (label, row) => {
    const owner = owners[row] ?? -1;
    return `${owner < 0 ? 'test' : owner}:${label}`;
  });
  return bench.addData(
    'federation',
    [
      { path: 'federation/images.npy', bytes: npyBytes([count, side, side], pixels) },
      { path: 'federation/labels.npy', bytes: npyWords(words) },
    ],
    { is: 'npy' },
  );
}

/** A client of round 0: a root, trained from the common start without a recipe. */
async function rootClient(
  bench: LineageBench,
  { pictures, owners }: Federation,
  { client }: Client,
  name: string,
  size: S3Size,
): Promise<NodeId> {
  const rows = Array.from(owners.keys()).filter((row) => owners[row] === client);
  const own = pickedPictures(pictures, rows);
  const trained = await trainBase(smallCnn(pictures.side, 10, 30), baseData(own, own, digits), {
    epochs: size.epochs,
    learningRate: size.learningRate,
    batchSize: 16,
    optimizer: { is: 'sgd', momentum: 0.9, nesterov: false },
    weightDecay: 1e-4,
    seed: client,
  });
  return bench.importNetwork(name, trained);
}

/** Digits of some clients' pictures; the attacker's are flipped. */
function labelsOf(clients: readonly Client[]): TargetUse {
  const mapped = clients.flatMap(({ client, poisoned }) =>
    digits.map((digit, value) => [
      `${client}:${digit}`,
      digits[poisoned ? 9 - value : value] ?? '',
    ]),
  );
  return {
    column: 'label',
    classes: digits,
    mapped: Object.fromEntries(mapped) as Record<string, string>,
  };
}

/** @returns the round's average. */
async function nextRound(
  bench: LineageBench,
  parent: NodeId,
  data: DatasetRecord,
  clients: readonly Client[],
  round: number,
  size: S3Size,
): Promise<NodeId> {
  const side = shapeOf(data);
  const share = { train: 0.9, test: 0.1, seed: 32 };
  const use = pictureUse(data, pictureInput(side), labelsOf(clients), 1, share);
  const values = clients.map(({ client }) =>
    digits.map((digit) => `${client}:${digit}`).join(', '),
  );
  const made = await bench.make({
    function: 'federated-round',
    name: `round ${round}`,
    parents: [parent],
    data: [use],
    seed: 1000 * round,
    arguments: {
      split: 'column',
      column: 'label',
      values: values.join('; '),
      weighting: 'equal',
      head: 'keep',
      epochs: size.epochs,
      learningRate: size.learningRate,
      batchSize: 16,
      optimizer: 'sgd',
      momentum: 0.9,
      weightDecay: 1e-4,
    },
  });
  const average = made.get(averageName(round));
  if (average === undefined) throw new Error(`no average among ${[...made.keys()].join(', ')}`);
  return average;
}

function shapeOf({ summary }: DatasetRecord): number {
  const side = summary.columns.find(({ name }) => name === 'image')?.shape?.[0];
  if (side === undefined) throw new Error('a data set without pictures');
  return side;
}

/** What a round's models make of the pictures of no client: of all, of each digit, of those attacked. */
async function scoreRound(
  bench: LineageBench,
  data: DatasetRecord,
  round: number,
  { pictures }: Federation,
  attacked: readonly number[],
): Promise<Scores> {
  const mapped = Object.fromEntries(digits.map((digit) => [`test:${digit}`, digit]));
  const target = { column: 'label', classes: digits, mapped };
  // Rows are scored as a test part, which needs some that are not.
  const share = { train: 0.1, test: 0.9, seed: 33 };
  const use = pictureUse(data, pictureInput(pictures.side), target, 1, share);
  const { nodes } = await bench.app.ports.session.lineage();
  const scores = new Map<string, Readonly<Record<string, number>>>();
  for (const { id, name } of nodes.values()) {
    if (!name.startsWith(`round ${round} `)) continue;
    const metrics = await bench.scoreOn(id, use);
    const confusion = metrics.heads[0]?.confusion ?? [];
    const told = (digit: number, as: number): number => confusion[digit]?.[as] ?? 0;
    const all = (digit: number): number => Math.max(1, sum(confusion[digit] ?? []));
    scores.set(name, {
      accuracy: accuracyOf(metrics),
      [flippedScore]:
        sum(attacked.map((digit) => told(digit, 9 - digit))) / Math.max(1, sum(attacked.map(all))),
      ...Object.fromEntries(
        confusion.map((_, digit) => [`accuracy of ${digit}`, told(digit, digit) / all(digit)]),
      ),
    });
  }
  return scores;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
