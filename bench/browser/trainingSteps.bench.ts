import os from 'node:os';
import type { Who } from '../pages/training/contestant.ts';
import type { Trial } from '../pages/training/trials.ts';
import { median } from './app.ts';
import { openTrainingPage, type TrainingPage } from './trainingPage.ts';

const loop = 16;
const one: Who = { is: 'ours', device: 'wasm', threads: 1, loop };
const two: Who = { is: 'ours', device: 'wasm', threads: 2, loop };
const gpu: Who = { is: 'ours', device: 'webgpu' };
const peers = (device: 'wasm' | 'webgpu'): Who[] => [
  { is: 'jax-js', device },
  { is: 'TensorFlow.js', device },
];

interface Plan {
  readonly trial: Trial;
  readonly who: readonly Who[];
  /** Rounds of turns, and steps of each turn; a whole number of loops for ours. */
  readonly rounds: number;
  readonly steps: number;
  /** Milliseconds to warm up, and at least one turn. */
  readonly warmUp: number;
}

const onWasm = (trial: Trial): Plan => ({
  trial,
  who: [one, two, ...peers('wasm')],
  rounds: 4,
  steps: loop,
  warmUp: 2500,
});
const onGpu = (trial: Trial): Plan => ({
  trial,
  who: [gpu, ...peers('webgpu')],
  rounds: 3,
  steps: 3,
  warmUp: 1,
});

/** On WebGPU batches are smaller: without a GPU its adapter computes in software. */
const plans: readonly Plan[] = [
  onWasm({ model: 'MLP', optimizer: 'SGD', batchSize: 128 }),
  onWasm({ model: 'MLP', optimizer: 'momentum', batchSize: 128 }),
  onWasm({ model: 'MLP', optimizer: 'Adam', batchSize: 128 }),
  onWasm({ model: 'LeNet', optimizer: 'momentum', batchSize: 64 }),
  onWasm({ model: 'transformer', optimizer: 'Adam', batchSize: 32 }),
  onWasm({ model: 'GRU', optimizer: 'Adam', batchSize: 32 }),
  onGpu({ model: 'MLP', optimizer: 'momentum', batchSize: 32 }),
  onGpu({ model: 'MLP', optimizer: 'Adam', batchSize: 32 }),
  onGpu({ model: 'LeNet', optimizer: 'momentum', batchSize: 16 }),
  onGpu({ model: 'transformer', optimizer: 'Adam', batchSize: 2 }),
];

/** Kernels that are matrix products or convolutions. */
const products = /^(Fused)?(Gemm|MatMul|Conv|ConvTranspose)$/;

/**
 * Time of one optimiser step, ours and the peers' in turns in one page, each in its own worker, and how
 * much of ours is matrix products. Milliseconds, medians and in brackets the least: on a shared machine that is
 * nearer to what a quiet one would show. Slow peers do fewer steps. `TRIALS=MLP,webgpu` picks some.
 */
export async function run(): Promise<void> {
  const chosen = process.env['TRIALS']?.split(',') ?? [];
  const page = await openTrainingPage();
  try {
    console.log(
      '| model | device | ours, 1 thread | ours, 2 threads | jax-js | TensorFlow.js | the better of ours / jax-js | losses apart | load |',
    );
    console.log('| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |');
    for (const plan of plans) {
      const { trial, who } = plan;
      const device = who[0]?.device ?? 'wasm';
      if (!isChosen(chosen, trial, device)) continue;
      console.log(`| ${nameOf(trial)} | ${device} | ${cells(await measure(page, plan))} |`);
    }
    await printProducts(page, chosen);
  } finally {
    await page.close();
  }
}

interface Result {
  readonly who: Who;
  readonly ms: number;
  /** Of the fastest turn of ours, of the fastest step of a peer. */
  readonly least: number;
  readonly losses: readonly number[];
  readonly error?: string;
}

/** One of a plan's contestants, and what it has done. */
class Entrant {
  readonly who: Who;
  readonly #page: TrainingPage;
  readonly #plan: Plan;
  readonly times: number[] = [];
  readonly losses: number[] = [];
  error: string | undefined;
  /** Steps of a turn: a slow one is timed in shorter turns. */
  #turn: number;

  constructor(page: TrainingPage, plan: Plan, who: Who) {
    this.#page = page;
    this.#plan = plan;
    this.who = who;
    this.#turn = who.is === 'ours' ? plan.steps : 2;
  }

  async prepare(): Promise<void> {
    const { trial, steps, warmUp } = this.#plan;
    try {
      await this.#page.call(this.who, 'prepare', trial);
      const begun = performance.now();
      do {
        const made = await this.#page.call(this.who, 'steps', this.#turn);
        this.losses.push(...made.map(({ loss }) => loss));
        if (this.who.is !== 'ours') this.#turn = (made.at(-1)?.ms ?? 0) > 150 ? 2 : steps;
      } while (performance.now() - begun < warmUp);
    } catch (error) {
      const [line = 'failed'] = (error instanceof Error ? error.message : '').split('\n');
      this.error = line.replace('page.evaluate: Error: ', '');
    }
  }

  async turn(): Promise<void> {
    const made = await this.#page.call(this.who, 'steps', this.#turn);
    this.times.push(...made.map(({ ms }) => ms));
  }
}

async function measure(page: TrainingPage, plan: Plan): Promise<Result[]> {
  const entrants = plan.who.map((who) => new Entrant(page, plan, who));
  for (const each of entrants) await each.prepare();
  for (let round = 0; round < plan.rounds; round++)
    for (const each of entrants) if (each.error === undefined) await each.turn();
  for (const who of plan.who) await page.dismiss(who);
  return entrants.map(({ who, times, losses, error }) => ({
    who,
    ms: median(times),
    least: Math.min(...times),
    losses,
    ...(error === undefined ? {} : { error }),
  }));
}

function cells(results: readonly Result[]): string {
  const of = (is: Who['is'], threads?: number) =>
    results.find(
      ({ who }) =>
        who.is === is &&
        (threads === undefined || ('threads' in who ? who.threads : 1) === threads),
    );
  const shown = (found?: Result) =>
    found === undefined
      ? ''
      : (found.error ?? `${found.ms.toFixed(1)} (${found.least.toFixed(1)})`);
  const ours = results.filter(({ who, error }) => who.is === 'ours' && error === undefined);
  const jax = of('jax-js');
  const ratio = (which: 'ms' | 'least') =>
    (Math.min(...ours.map((each) => each[which])) / (jax?.[which] ?? Number.NaN)).toFixed(2);
  return [
    shown(of('ours', 1)),
    shown(of('ours', 2)),
    shown(jax),
    shown(of('TensorFlow.js')),
    jax?.error === undefined ? `${ratio('ms')} (${ratio('least')})` : '',
    apart(results),
    os.loadavg()[0]?.toFixed(1),
  ].join(' | ');
}

/** The largest relative difference of the losses of the steps that all have done, from ours. */
function apart(results: readonly Result[]): string {
  const right = results.filter(({ error }) => error === undefined);
  const [first] = right;
  const common = Math.min(10, ...right.map(({ losses }) => losses.length));
  let most = 0;
  for (const { losses } of right)
    for (let step = 0; step < common; step++) {
      const expected = first?.losses[step] ?? Number.NaN;
      most = Math.max(most, Math.abs(((losses[step] ?? Number.NaN) - expected) / expected));
    }
  return `${most.toExponential(0)} in ${common}`;
}

/** With one thread: kernels of several wait for each other inside. */
async function printProducts(page: TrainingPage, chosen: readonly string[]): Promise<void> {
  console.log(
    '\n| one step per run, 1 thread, by the profiler | kernels | matrix products | kernels / products | most of the rest |',
  );
  console.log('| --- | ---: | ---: | ---: | --- |');
  for (const { trial, who } of plans) {
    const name = nameOf(trial);
    const [{ device } = one] = who;
    if (device !== 'wasm' || !isChosen(chosen, trial, device)) continue;
    const found = await page.call(one, 'profile', trial, 24);
    await page.dismiss(one);
    const kernels = Object.entries(found)
      .filter(([op]) => op !== 'model_run')
      .sort((a, b) => b[1] - a[1]);
    const rest = kernels.filter(([op]) => !products.test(op));
    const sum = (some: typeof kernels) => some.reduce((total, [, ms]) => total + ms, 0);
    const matrices = sum(kernels) - sum(rest);
    const most = rest.slice(0, 6).map(([op, ms]) => `${op} ${ms.toFixed(1)}`);
    console.log(
      `| ${name} | ${sum(kernels).toFixed(1)} ms | ${matrices.toFixed(1)} ms | ` +
        `${(sum(kernels) / matrices).toFixed(2)} | ${most.join(', ')} |`,
    );
  }
}

function nameOf({ model, optimizer, batchSize }: Trial): string {
  return `${model}, ${optimizer}, batch ${batchSize}`;
}

function isChosen(chosen: readonly string[], trial: Trial, device: string): boolean {
  return chosen.every((part) => `${nameOf(trial)} ${device}`.includes(part));
}
