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
  rounds: 5,
  steps: loop,
  warmUp: 4000,
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
 * much of ours is matrix products. Slow peers do fewer steps. `TRIALS=MLP,webgpu` picks some.
 */
export async function run(): Promise<void> {
  const chosen = process.env['TRIALS']?.split(',') ?? [];
  const page = await openTrainingPage();
  try {
    console.log(
      '| model | device | ours, 1 thread | ours, 2 threads | jax-js | TensorFlow.js | best of ours / jax-js | losses apart | load |',
    );
    console.log('| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |');
    for (const plan of plans) {
      const { trial, who } = plan;
      const name = `${trial.model}, ${trial.optimizer}, batch ${trial.batchSize}`;
      const device = who[0]?.device ?? 'wasm';
      if (!chosen.every((part) => `${name} ${device}`.includes(part))) continue;
      console.log(`| ${name} | ${device} | ${cells(await measure(page, plan))} |`);
    }
    await printProducts(page, chosen);
  } finally {
    await page.close();
  }
}

interface Result {
  readonly who: Who;
  readonly ms: number;
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
    found === undefined ? '' : (found.error ?? `${found.ms.toFixed(1)} ms`);
  const ours = results.filter(({ who, error }) => who.is === 'ours' && error === undefined);
  const best = Math.min(...ours.map(({ ms }) => ms));
  const jax = of('jax-js');
  const ratio = jax?.error === undefined ? (best / (jax?.ms ?? Number.NaN)).toFixed(2) : '';
  return [
    shown(of('ours', 1)),
    shown(of('ours', 2)),
    shown(jax),
    shown(of('TensorFlow.js')),
    ratio,
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

async function printProducts(page: TrainingPage, chosen: readonly string[]): Promise<void> {
  console.log(
    '\n| one step per run, by the profiler | threads | kernels | matrix products | kernels / products | most of the rest |',
  );
  console.log('| --- | ---: | ---: | ---: | ---: | --- |');
  for (const { trial, who } of plans)
    for (const each of [one, two]) {
      const name = `${trial.model}, ${trial.optimizer}, batch ${trial.batchSize}`;
      if (who[0]?.device !== 'wasm' || !chosen.every((part) => `${name} wasm`.includes(part)))
        continue;
      const found = await page.call(each, 'profile', trial, 60);
      await page.dismiss(each);
      const kernels = Object.entries(found).filter(([op]) => op !== 'model_run');
      const sum = (some: readonly (readonly [string, number])[]) =>
        some.reduce((total, [, ms]) => total + ms, 0);
      const all = sum(kernels);
      const matrices = sum(kernels.filter(([op]) => products.test(op)));
      const rest = kernels
        .filter(([op]) => !products.test(op))
        .sort((a, b) => b[1] - a[1])
        .slice(0, 6)
        .map(([op, ms]) => `${op} ${ms.toFixed(1)}`);
      console.log(
        `| ${name} | ${each === one ? 1 : 2} | ${all.toFixed(1)} ms | ${matrices.toFixed(1)} ms | ` +
          `${(all / matrices).toFixed(2)} | ${rest.join(', ')} |`,
      );
    }
}
