/** Tensor arithmetic that a page of the browser tests and benches runs; what it gives is plain data. */
import { openCompute } from '../../compute/openCompute.ts';
import { randomFrom } from '../../core/data/random.ts';
import { chooseArithmetic } from './chooseArithmetic.ts';
import { computeArithmetic, plainArithmetic } from './tensorArithmetic.ts';

const { signal } = new AbortController();

/** Elements that differ between the devices and the definition, over hard values and a last part run. */
export async function compareArithmetic(seed: number, count: number) {
  const compute = openCompute({ app: 'test', threads: 1, cores: 1, isolated: false });
  const { base, values } = hardValues(seed, count);
  const step = 2e-4;
  const bits = (numbers: Float32Array) => new Int32Array(numbers.buffer);
  const wanted = {
    steps: await plainArithmetic.steps(values, base, step),
    difference: await plainArithmetic.difference(bits(values), bits(base)),
  };
  const wrong: Record<string, number> = {};
  for (const device of ['webgpu', 'wasm'] as const) {
    const arithmetic = computeArithmetic(compute, device, signal);
    const steps = await arithmetic.steps(values, base, step);
    const difference = await arithmetic.difference(bits(values), bits(base));
    wrong[`steps on ${device}`] = unequal(steps, wanted.steps);
    wrong[`difference on ${device}`] = unequal(difference, wanted.difference);
  }
  await compute.close();
  return { wrong, counted: wanted.steps.filter((each) => each !== 0).length };
}

/** What the app's own probe finds here; with a GPU in software tried too, as if it were one. */
export async function probeArithmetic() {
  const compute = openCompute({ app: 'test', threads: 1, cores: 1, isolated: false });
  const report = await compute.describe();
  const now = () => performance.now();
  const chosen = await chooseArithmetic(compute, now, signal);
  const { webgpu } = report;
  compute.describe = () =>
    Promise.resolve({
      ...report,
      webgpu: webgpu.is === 'ready' ? { ...webgpu, software: false } : webgpu,
    });
  const all = await chooseArithmetic(compute, now, signal);
  await compute.close();
  return { on: chosen.on, speeds: all.speeds, webgpu };
}

/** Trained weights, every kind of special value, and random bits. */
function hardValues(seed: number, count: number) {
  const random = randomFrom(seed);
  const base = new Float32Array(count);
  const values = new Float32Array(count);
  const baseBits = new Int32Array(base.buffer);
  const bits = new Int32Array(values.buffer);
  for (let i = 0; i < count; i++) {
    base[i] = random.normal() * 0.05;
    values[i] = (base[i] as number) + random.normal() * 10 ** -(2 + (i % 5));
    if (i % 11 === 0) bits[i] = Math.floor(random.uniform() * 2 ** 32) | 0;
    if (i % 13 === 0) baseBits[i] = Math.floor(random.uniform() * 2 ** 32) | 0;
  }
  values.set([NaN, Infinity, -Infinity, -0, 0, 1e-45, -1e-45, 3e38]);
  return { base, values };
}

function unequal(a: Int32Array, b: Int32Array): number {
  return Math.abs(a.length - b.length) + a.filter((each, at) => each !== b[at]).length;
}
