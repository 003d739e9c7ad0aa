import { prepareUse } from '../../src/app/data/prepareUse.ts';
import { noRun } from '../../src/app/import/importModels.fixture.ts';
import type { DataUse, Preprocessing } from '../../src/core/data/dataUse.ts';
import type { DatasetRecord } from '../../src/core/data/dataset.ts';
import type { Graph, Progress, Scores } from './graph.ts';
import { accuracyOf, trainBase, type LineageBench } from './lineageBench.ts';
import { pictureCnn } from './networks.ts';
import { checkSharing } from './sharing.ts';
import type { SpokenDigit } from './sounds.ts';
import type { Truth, TruthNode } from './truth.ts';

/** How large S5 is built. */
export interface S5Size {
  readonly tasks: number;
  readonly baseEpochs: number;
  readonly epochs: number;
}

export const s5Full: S5Size = { tasks: 9, baseEpochs: 5, epochs: 30 };
export const s5Quick: S5Size = { tasks: 3, baseEpochs: 1, epochs: 2 };

const mels = 40;
const frames = 32;

/** What is asked of a spoken digit. */
interface Task {
  readonly name: string;
  readonly of: (spoken: SpokenDigit, all: readonly SpokenDigit[]) => string;
}

const yesNo = (yes: boolean): string => (yes ? 'yes' : 'no');

export const s5Tasks: readonly Task[] = [
  { name: 'word', of: ({ digit }) => `${digit}` },
  { name: 'speaker', of: ({ speaker }) => speaker },
  { name: 'parity', of: ({ digit }) => (digit % 2 === 0 ? 'even' : 'odd') },
  { name: 'at-least-5', of: ({ digit }) => yesNo(digit >= 5) },
  { name: 'syllables', of: ({ digit }) => ([0, 7].includes(digit) ? 'two' : 'one') },
  { name: 'fricative', of: ({ digit }) => yesNo([0, 3, 4, 5, 6, 7].includes(digit)) },
  { name: 'speaker-group', of: ({ speaker }, all) => groupOf(speaker, all) },
  { name: 'length', of: ({ seconds }, all) => (seconds > medianOf(all) ? 'long' : 'short') },
  { name: 'mod-3', of: ({ digit }) => `${digit % 3}` },
];

/** A for the first half of the speakers by name, B for the others. */
function groupOf(speaker: string, all: readonly SpokenDigit[]): string {
  const speakers = [...new Set(all.map((spoken) => spoken.speaker))].sort();
  return speakers.indexOf(speaker) < speakers.length / 2 ? 'A' : 'B';
}

function medianOf(all: readonly SpokenDigit[]): number {
  const sorted = all.map(({ seconds }) => seconds).sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

// As the function names what it makes: the data's name and the column, which the tasks share.
const nodeName = ({ name }: Task): string => `spoken ${name} label`;

/** The graph S5: nine tasks trained together on one trunk. */
export function s5Truth({ tasks }: S5Size): Truth {
  const nodes = s5Tasks.slice(0, tasks).map((task): TruthNode => ({
    name: nodeName(task),
    from: ['base'],
    facts: { task: task.name, shares: 'all but head.weight and head.bias' },
  }));
  return {
    graph: 's5',
    about: 'Tasks on spoken digits trained together on one shared trunk.',
    nodes: [{ name: 'base', from: [], facts: { task: 'backwards' } }, ...nodes],
  };
}

export function s5(spoken: readonly SpokenDigit[], size: S5Size): Graph {
  return {
    truth: s5Truth(size),
    build: (bench, log) => build(bench, spoken, size, log),
    check: (bench) => checkSharing(bench, (name) => !name.startsWith('head.')),
  };
}

const input: Preprocessing = {
  is: 'log-mel',
  column: 'audio',
  sampleRate: 8000,
  mels,
  frames,
  window: 256,
  hop: 160,
  shape: [1, mels, frames],
};

async function build(
  bench: LineageBench,
  spoken: readonly SpokenDigit[],
  size: S5Size,
  log: Progress,
): Promise<Scores> {
  const base = await bench.importNetwork('base', await pretrained(bench, spoken, size));
  log('base trained to hear what is played backwards');
  // What a clip is goes into its folder's name; tasks map it to their classes.
  const folders = new Map(spoken.map((each) => [folderOf(each, spoken), each]));
  const files = spoken.map((each) => ({
    path: `spoken/${folderOf(each, spoken)}/${each.file.path}`,
    bytes: each.file.bytes,
  }));
  const data = await bench.addData('spoken-digits', files, { is: 'wav', labels: 'folder' });
  const uses = s5Tasks.slice(0, size.tasks).map((task) => {
    const mapped = Object.fromEntries(
      [...folders].map(([folder, each]) => [folder, task.of(each, spoken)]),
    );
    return { ...useOf(data, mapped), name: task.name };
  });
  const made = await bench.make({
    function: 'multi-task',
    name: 'spoken',
    parents: [base],
    data: uses,
    seed: 5,
    arguments: { epochs: size.epochs, learningRate: 1e-3, batchSize: 16, keep: 'last' },
  });
  const { nodes } = await bench.app.ports.session.lineage();
  for (const [name, id] of made)
    log(`${name}: ${accuracyOf(nodes.get(id)?.outcome?.test).toFixed(3)}`);
  return new Map();
}

function folderOf(spoken: SpokenDigit, all: readonly SpokenDigit[]): string {
  const { digit, speaker, seconds } = spoken;
  return `${digit}-${speaker}-${seconds > medianOf(all) ? 'long' : 'short'}`;
}

/** All tasks split the same examples the same way, so that they are joined example by example. */
function useOf(
  { snapshot, name, reading }: DatasetRecord,
  mapped: Readonly<Record<string, string>>,
): DataUse {
  const classes = [...new Set(Object.values(mapped))].sort();
  return {
    dataset: snapshot,
    name,
    reading,
    inputs: { input },
    targets: { logits: { column: 'label', classes, mapped } },
    split: { train: 0.7, validation: 0, test: 0.3, seed: 5, stratified: false },
    augment: [],
    asCopies: false,
  };
}

/** A base that has heard speech: half of the clips are played backwards, and it tells which. */
async function pretrained(
  bench: LineageBench,
  spoken: readonly SpokenDigit[],
  { baseEpochs }: S5Size,
) {
  const files = spoken.map(({ file: { path, bytes } }, at) =>
    at % 2 === 0
      ? { path: `turned/forwards/${path}`, bytes }
      : { path: `turned/backwards/${path}`, bytes: backwards(bytes) },
  );
  const data = await bench.addData('turned-digits', files, { is: 'wav', labels: 'folder' });
  const use = useOf(data, { backwards: 'backwards', forwards: 'forwards' });
  const prepared = await prepareUse(bench.app.ports, use, noRun);
  const network = pictureCnn({
    name: 'spoken',
    height: mels,
    width: frames,
    groups: [[8], [16], [32]],
    hidden: 128,
    classes: 2,
    seed: 5,
  });
  return trainBase(network, prepared, { epochs: baseEpochs, learningRate: 1e-3, seed: 5 });
}

/** A WAV file of 16-bit samples on one channel with its samples in reverse. */
function backwards(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const head = 44;
  const turned = bytes.slice();
  const last = bytes.length - 2 - ((bytes.length - head) % 2);
  for (let at = head; at <= last; at += 2) {
    const from = last - (at - head);
    turned[at] = bytes[from] as number;
    turned[at + 1] = bytes[from + 1] as number;
  }
  return turned;
}
