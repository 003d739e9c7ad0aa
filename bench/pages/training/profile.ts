import * as ort from 'onnxruntime-web/wasm';
import { trainingStep } from '../../../src/autograd/training/trainingStep.ts';
import { elementCount } from '../../../src/core/dtype.ts';
import { encodeOnnx } from '../../../src/core/network/encodeOnnx.ts';
import { numbersOf } from '../../../src/core/network/literal.ts';
import type { TrainJob } from '../../../src/core/training/trainJob.ts';

/** What the profiler writes of a node. */
interface ProfiledNode {
  readonly cat: string;
  readonly name: string;
  readonly dur: number;
  readonly args?: { readonly op_name?: string };
}

/**
 * Median milliseconds of one step's kernels by operator, as ONNX Runtime's profiler tells them, and of the
 * whole run as `model_run`. The numbers of threads is the module's.
 */
export async function profile(job: TrainJob, runs: number): Promise<Record<string, number>> {
  const { network, trainable, heads, settings } = job;
  const step = trainingStep({ network, trainable, heads, settings });
  if (step.run.is !== 'single') throw new Error('a step of one run is profiled');
  const graph = step.run.step.network;
  const session = await ort.InferenceSession.create(encodeOnnx(graph), {
    executionProviders: ['wasm'],
    graphOptimizationLevel: 'all',
    enableProfiling: true,
    logSeverityLevel: 3,
  });
  const feeds = Object.fromEntries(
    graph.inputs.map(({ name, dtype, shape }) => {
      const extents = shape.map(Number);
      const start = network.initializers.get(name);
      const values = start === undefined ? undefined : Float32Array.from(numbersOf(start));
      const count = elementCount(extents);
      return [
        name,
        dtype === 'i32'
          ? new ort.Tensor(
              'int32',
              Int32Array.from({ length: count }, (_, at) => 1 + (at % 7)),
              extents,
            )
          : new ort.Tensor('float32', values ?? new Float32Array(count).fill(0.1), extents),
      ];
    }),
  );
  for (let run = 0; run < runs; run++) await session.run(feeds);
  const lines = await written(async () => {
    session.endProfiling();
    await session.release();
  });
  return medians(lines);
}

/** What the profiler writes, while it does: the console is its only way out. */
let heard: string[] | undefined;

// The runtime keeps the console's function that it finds when its module starts.
const { log } = console;
console.log = (...given: unknown[]) => {
  if (heard === undefined) log(...given);
  else heard.push(...given.join(' ').split('\n'));
};

async function written(work: () => Promise<void>): Promise<string[]> {
  const lines: string[] = [];
  heard = lines;
  try {
    await work();
  } finally {
    heard = undefined;
  }
  return lines;
}

function medians(lines: readonly string[]): Record<string, number> {
  const perRun: Map<string, number>[] = [];
  let now = new Map<string, number>();
  for (const line of lines) {
    const from = line.indexOf('{"cat"');
    if (from < 0) continue;
    const event = JSON.parse(line.slice(from).replace(/,\s*$/, '')) as ProfiledNode;
    const op = event.args?.op_name;
    const add = (key: string) => now.set(key, (now.get(key) ?? 0) + event.dur / 1000);
    if (event.cat === 'Node' && op !== undefined && event.name.endsWith('_kernel_time')) add(op);
    if (event.name !== 'model_run') continue;
    add('model_run');
    perRun.push(now);
    now = new Map();
  }
  // The module's compilation goes on during the first runs.
  const warm = perRun.slice(Math.floor(perRun.length / 3));
  const keys = new Set(warm.flatMap((run) => [...run.keys()]));
  return Object.fromEntries(
    [...keys].map((key) => {
      const sorted = warm.map((run) => run.get(key) ?? 0).sort((a, b) => a - b);
      return [key, sorted[sorted.length >> 1] ?? 0];
    }),
  );
}
