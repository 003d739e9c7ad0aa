import type { Metric } from '../../../core/modelTests/modelTest.ts';
import { typedArguments } from '../../../core/recipe/checkArguments.ts';
import type { Schema } from '../../../core/recipe/schema.ts';
import { feedsOf, firstRows } from '../feeds.ts';
import type { TestContext, TestFunction } from '../testFunction.ts';
import { exposed, peakBytes } from './exposed.ts';
import { unfitForPrediction } from './networkOf.ts';

const id = 'latency';

const schema = {
  backend: {
    is: 'choice',
    default: 'wasm',
    options: [
      { value: 'wasm', title: 'Processor (WebAssembly)' },
      { value: 'webgpu', title: 'Graphics card (WebGPU)' },
    ],
    title: 'Backend',
    help: 'Where it is timed.',
  },
  repeats: {
    is: 'number',
    default: 9,
    min: 3,
    max: 101,
    whole: true,
    title: 'Repeats',
    help: 'How often it is timed after one run to warm up; the median counts.',
  },
} as const satisfies Schema;

/** Runs timed together: one alone is shorter than a clock of the browser can tell. */
const together = 8;
/** Examples of one run for the throughput. */
const batch = 32;
/** Half the runs differ by more than this share of the median: the machine was busy. */
const noisyShare = 0.25;

/** How long a model takes, and how much memory. */
export const latency: TestFunction = {
  id,
  version: 1,
  title: 'Speed and memory',
  summary:
    'Time for one example and examples a second on a backend of this device, and the memory that weights and values in between need.',
  data: 'needed',
  schema,
  metrics: () => [
    timed('msPerExample', 'Time for one example', 'min', 'ms'),
    timed('perSecond', `Examples a second, ${batch} at once`, 'max'),
    {
      name: 'memoryBytes',
      title: 'Memory for one example, at least',
      direction: 'min',
      tolerance: { is: 'relative', value: 0.05 },
      unit: 'bytes',
    },
  ],
  backend: (args) => typedArguments({ id, schema }, args).backend,
  unfit: unfitForPrediction,
  async run(context) {
    const { backend, repeats } = typedArguments({ id, schema }, context.args);
    const network = await context.model.network();
    const { prepared } = await context.fed();
    const rows = Math.min(prepared.count, together + 1);
    const feeds = feedsOf(network, prepared, batch);
    const count = Math.min(prepared.count, batch);
    const time = async (examples: number, size: number): Promise<number> => {
      // Fewer examples than are wanted are gone through again.
      const given = firstRows(feeds, 0, Math.min(examples, count));
      const started = context.now();
      for (let done = 0; done < examples; done += Math.min(examples, count))
        await context.predictOn(backend, network, given, size);
      return context.now() - started;
    };
    await time(rows, 1);
    const single: number[] = [];
    for (let repeat = 0; repeat < repeats; repeat++) {
      // The weights are written in both: the difference is the runs alone.
      const whole = await time(rows, 1);
      const [first] = [rows === 1 ? 0 : await time(1, 1)];
      single.push(Math.max(0, whole - first) / Math.max(1, rows - 1));
    }
    await time(count, count);
    const full: number[] = [];
    for (let repeat = 0; repeat < repeats; repeat++) full.push(await time(count, count));
    const [ms, ofBatch] = [median(single), median(full)];
    const spread = (quantile(single, 0.75) - quantile(single, 0.25)) / ms;
    return {
      metrics: {
        msPerExample: ms,
        perSecond: (1000 * count) / ofBatch,
        memoryBytes: await memoryOf(context),
      },
      examples: count,
      details: spread > noisyShare ? { findings: [noise(spread)] } : {},
    };
  },
};

function timed(name: string, title: string, direction: 'min' | 'max', unit?: string): Metric {
  const tolerance = { is: 'relative', value: 0.5 } as const;
  return { name, title, direction, tolerance, ...(unit === undefined ? {} : { unit }) };
}

async function memoryOf({ model, fed, predictOn }: TestContext): Promise<number> {
  const network = await model.network();
  const { prepared } = await fed();
  const values = await predictOn('wasm', exposed(network), feedsOf(network, prepared, 1), 1, true);
  const weights = [...network.initializers.values()];
  return weights.reduce((sum, { bytes }) => sum + bytes.length, peakBytes(network, values));
}

function noise(spread: number): string {
  return `noisy: half of the times differ by ${Math.round(100 * spread)} % of the median; run it again when the machine is idle`;
}

function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** By the nearest rank. */
function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? NaN;
}
