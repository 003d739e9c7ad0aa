import type { Who } from '../pages/training/contestant.ts';
import { jobOf, type Trial } from '../pages/training/trials.ts';
import { slotsOf } from '../../src/autograd/training/optimizers.ts';
import { openTrainingPage, type TrainingPage } from './trainingPage.ts';

const onWasm = (loop: number): Who => ({ is: 'ours', device: 'wasm', threads: 1, loop });
const onGpu: Who = { is: 'ours', device: 'webgpu' };

const peaks: readonly (readonly [Who, Trial])[] = [
  [onWasm(1), { model: 'wide MLP', optimizer: 'SGD', batchSize: 128 }],
  [onWasm(1), { model: 'wide MLP', optimizer: 'momentum', batchSize: 128 }],
  [onWasm(1), { model: 'wide MLP', optimizer: 'Adam', batchSize: 128 }],
  [onWasm(16), { model: 'wide MLP', optimizer: 'Adam', batchSize: 128 }],
  [onWasm(1), { model: 'LeNet', optimizer: 'momentum', batchSize: 512 }],
  [onWasm(1), { model: 'transformer', optimizer: 'Adam', batchSize: 32 }],
  [onGpu, { model: 'MLP', optimizer: 'Adam', batchSize: 32 }],
  [onGpu, { model: 'LeNet', optimizer: 'momentum', batchSize: 16 }],
  [onGpu, { model: 'transformer', optimizer: 'Adam', batchSize: 2 }],
];

const leaks: readonly (readonly [Who, Trial])[] = [
  [onWasm(16), { model: 'GRU', optimizer: 'Adam', batchSize: 8 }],
  [onGpu, { model: 'tiny MLP', optimizer: 'Adam', batchSize: 8 }],
];

/**
 * The most memory that a run takes on the device against our plan of it, and what a thousand steps leave
 * behind. Heaps are measured to a twentieth.
 */
export async function run(): Promise<void> {
  const page = await openTrainingPage();
  try {
    console.log(
      '| model | where | weights × (2 + slots) | activations and feeds planned | planned peak | measured peak | measured / planned |',
    );
    console.log('| --- | --- | ---: | ---: | ---: | ---: | ---: |');
    for (const [who, trial] of peaks) console.log(await peakRow(page, who, trial));
    console.log('\n| 1,000 steps of | where | after 200 steps | after 1,000 |');
    console.log('| --- | --- | --- | --- |');
    for (const [who, trial] of leaks) console.log(await leakRow(page, who, trial));
  } finally {
    await page.close();
  }
}

const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`;
const nameOf = ({ model, optimizer, batchSize }: Trial) =>
  `${model}, ${optimizer}, batch ${batchSize}`;
const placeOf = (who: Who) => ('loop' in who ? `wasm, ${who.loop} steps a run` : who.device);

async function memoryOf(page: TrainingPage, who: Who) {
  const { wasmBytes, gpuBytes, gpuPeak, gpuBuffers } = await page.call(who, 'memory');
  return who.device === 'wasm'
    ? { now: wasmBytes, peak: wasmBytes, buffers: 0 }
    : { now: gpuBytes, peak: gpuPeak, buffers: gpuBuffers };
}

async function peakRow(page: TrainingPage, who: Who, trial: Trial): Promise<string> {
  // The module's own memory is there with the first network.
  await page.call(who, 'prepare', { model: 'tiny MLP', optimizer: 'SGD', batchSize: 2 });
  await page.call(who, 'steps', 1);
  const before = await memoryOf(page, who);
  await page.call(who, 'prepare', trial);
  await page.call(who, 'steps', 'loop' in who && who.loop > 1 ? who.loop * 2 : 3);
  const { peak } = await memoryOf(page, who);
  const plan = await page.call(who, 'plan', trial);
  await page.dismiss(who);
  const slots = slotsOf(jobOf(trial).settings.optimizer).length;
  const simple = plan.weightBytes * (2 + slots);
  const measured = peak - before.now;
  return (
    `| ${nameOf(trial)} | ${placeOf(who)} | ${megabytes(simple)} | ` +
    `${megabytes(plan.activationBytes + plan.feedBytes)} | ${megabytes(plan.peakBytes)} | ` +
    `${megabytes(measured)} | ${(measured / plan.peakBytes).toFixed(2)} |`
  );
}

async function leakRow(page: TrainingPage, who: Who, trial: Trial): Promise<string> {
  await page.call(who, 'prepare', trial);
  const state = async () => {
    const { now, buffers } = await memoryOf(page, who);
    const heap = await scriptBytes(page);
    const device = who.device === 'wasm' ? 'wasm heap' : `${buffers} buffers,`;
    return `${device} ${megabytes(now)}, JavaScript ${megabytes(heap)}`;
  };
  await page.call(who, 'steps', 200);
  const first = await state();
  await page.call(who, 'steps', 800);
  const last = await state();
  await page.dismiss(who);
  return `| ${nameOf(trial)} | ${placeOf(who)} | ${first} | ${last} |`;
}

/** Of the page and its workers, after a collection. */
function scriptBytes({ page }: TrainingPage): Promise<number> {
  return page.evaluate(async () => {
    const { bytes } = await (
      performance as unknown as {
        measureUserAgentSpecificMemory(): Promise<{ readonly bytes: number }>;
      }
    ).measureUserAgentSpecificMemory();
    return bytes;
  });
}
