/** Trainings that a page of the browser tests runs; what they give is plain data. */
import { randomFrom } from '../core/data/random.ts';
import { literal, numbersOf } from '../core/network/literal.ts';
import type { Literal, Network } from '../core/network/network.ts';
import type { TrainJob } from '../core/training/trainJob.ts';
import { openCompute } from './openCompute.ts';
import { openWebgpu } from './runtime/openWebgpu.ts';
import { blobJob, Heard, never, settings, testCompute } from './training.fixture.ts';

/** Every GPU device that the page opens from now on, and how many of their buffers are alive. */
function watchDevices(): { readonly devices: GPUDevice[]; readonly alive: () => number } {
  const devices: GPUDevice[] = [];
  let alive = 0;
  replace(GPUAdapter.prototype, 'requestDevice', (request) => async (descriptor) => {
    const device = await request(descriptor);
    devices.push(device);
    return device;
  });
  replace(GPUDevice.prototype, 'createBuffer', (create) => (descriptor) => {
    alive++;
    const buffer = create(descriptor);
    let destroyed = false;
    replace(buffer, 'destroy', (destroy) => () => {
      if (!destroyed) alive--;
      destroyed = true;
      destroy();
    });
    return buffer;
  });
  return { devices, alive: () => alive };
}

/** Puts a method in the place of `of[name]` that is given the old one, bound. */
function replace<Of extends object, Name extends keyof Of, Method extends Of[Name] & Callable>(
  of: Of,
  name: Name,
  wrap: (before: Method) => Method,
): void {
  const before = of[name] as Method;
  of[name] = function (this: unknown, ...given: never[]) {
    return wrap(before.bind(this) as Method)(...given);
  } as Method;
}

type Callable = (...given: never[]) => unknown;

const compute = () => openCompute({ app: 'test', threads: 1, cores: 2, isolated: false });

/** Pictures of 8 × 8 in 6 channels, their class being where they are bright. */
function pictures(count: number, seed: number) {
  const random = randomFrom(seed);
  const x = new Float32Array(count * 384);
  const y = Int32Array.from({ length: count }, (_, at) => at % 4);
  for (let at = 0; at < x.length; at++) {
    const [example, row, column] = [Math.floor(at / 384), (at >> 3) & 7, at & 7];
    const bright = (row >> 2) * 2 + (column >> 2) === example % 4;
    x[at] = random.normal() * 0.5 + (bright ? 0.4 : 0);
  }
  return {
    count,
    columns: [
      { name: 'x', dtype: 'f32' as const, shape: [6, 8, 8], data: x },
      { name: 'y', dtype: 'i32' as const, shape: [], data: y },
    ],
  };
}

/** Convolution of 6 to 16 channels (which a layout of the runtime gets wrong), ReLU, pool, dense. */
function convolutional(): Network {
  const random = randomFrom(5);
  const weight = (...shape: number[]): Literal =>
    literal(
      'f32',
      shape,
      Array.from({ length: shape.reduce((a, b) => a * b) }, () => random.normal() * 0.1),
    );
  const ints = (...value: number[]) => ({ is: 'ints' as const, value });
  return {
    name: 'convolutional',
    opsets: { '': 17 },
    inputs: [{ name: 'x', dtype: 'f32', shape: ['batch', 6, 8, 8] }],
    outputs: [{ name: 'logits', dtype: 'f32', shape: ['batch', 4] }],
    initializers: new Map([
      ['k', weight(16, 6, 3, 3)],
      ['kb', weight(16)],
      ['w', weight(256, 4)],
      ['b', weight(4)],
    ]),
    nodes: [
      {
        op: 'Conv',
        name: 'conv',
        inputs: ['x', 'k', 'kb'],
        outputs: ['c'],
        attributes: { kernel_shape: ints(3, 3), pads: ints(1, 1, 1, 1) },
      },
      { op: 'Relu', name: '', inputs: ['c'], outputs: ['r'], attributes: {} },
      {
        op: 'MaxPool',
        name: '',
        inputs: ['r'],
        outputs: ['p'],
        attributes: { kernel_shape: ints(2, 2), strides: ints(2, 2) },
      },
      {
        op: 'Flatten',
        name: '',
        inputs: ['p'],
        outputs: ['f'],
        attributes: { axis: { is: 'int', value: 1 } },
      },
      { op: 'Gemm', name: '', inputs: ['f', 'w', 'b'], outputs: ['logits'], attributes: {} },
    ],
  };
}

function pictureJob(device: TrainJob['device']): TrainJob {
  return {
    ...blobJob(),
    network: convolutional(),
    trainable: ['k', 'kb', 'w', 'b'],
    settings: {
      ...settings,
      epochs: 2,
      optimizer: { is: 'adam', b1: 0.9, b2: 0.99, eps: 1e-8 },
      learningRate: 0.005,
    },
    data: {
      inputs: { x: 'x' },
      targets: { logits: 'y' },
      classes: {},
      train: pictures(72, 1),
      validation: pictures(20, 2),
      test: pictures(40, 3),
      augment: [],
      finish: {},
    },
    device,
  };
}

/** Losses and test accuracy of one job on both backends, and a try of the network while it is trained. */
export async function trainOnBoth() {
  const service = compute();
  const on = async (device: 'webgpu' | 'wasm') => {
    const { network, data } = pictureJob(device);
    const values = data.test.columns[0]?.data ?? new Float32Array(0);
    const inputs = new Map([['x', literal('f32', [40, 6, 8, 8], values)]]);
    const training = service.train(pictureJob(device), new Heard(), never);
    const tries = Array.from({ length: 3 }, () =>
      service.predict({ network, inputs, device, batch: 16 }, never),
    );
    const { report } = await training;
    const tried = (await Promise.all(tries)).map((found) => found.get('logits'));
    return {
      tried: tried.map((logits) => (logits === undefined ? [] : Array.from(numbersOf(logits)))),
      backend: report.environment.backend,
      adapter: report.environment.adapter,
      losses: report.losses.map(([, loss]) => loss),
      accuracy: report.test?.heads[0]?.accuracy,
    };
  };
  return { webgpu: await on('webgpu'), wasm: await on('wasm'), report: await service.describe() };
}

/** A run whose devices are destroyed, `losses` of them, a few steps after each begins. */
export async function loseDevices(losses: number) {
  const watched = watchDevices();
  const heard = new Heard();
  let destroyed = 0;
  let steps = 0;
  const job = blobJob({ epochs: 2 }, { device: 'webgpu', checkpointSeconds: 0 });
  const { report } = await compute().train(
    job,
    {
      onEvent: heard.onEvent,
      onCheckpoint: async (checkpoint) => {
        await heard.onCheckpoint(checkpoint);
        if (++steps % 5 !== 0 || destroyed === losses) return;
        destroyed++;
        watched.devices.at(-1)?.destroy();
      },
    },
    never,
  );
  const onWasm = await compute().train({ ...blobJob({ epochs: 2 }) }, new Heard(), never);
  return {
    devices: watched.devices.length,
    notices: report.notices.map(({ is }) => is),
    steps: report.steps,
    backend: report.environment.backend,
    loss: report.test?.loss,
    lossOnWasm: onWasm.report.test?.loss,
  };
}

/** Buffers alive after each fifth of 406 steps on the GPU, and tensors held at the end. */
export async function manySteps() {
  const watched = watchDevices();
  const runtime = await openWebgpu();
  const service = testCompute({ openers: { webgpu: () => Promise.resolve(runtime) } });
  const alive: number[] = [];
  const job = blobJob(
    { epochs: 58, optimizer: { is: 'adam', b1: 0.9, b2: 0.99, eps: 1e-8 } },
    { device: 'webgpu' },
  );
  let nextAt = 80;
  const { report } = await service.train(
    { ...job, data: { ...job.data, validation: { count: 0, columns: [] } } },
    {
      onEvent: (event) => {
        if (event.is !== 'step' || event.step < nextAt) return;
        nextAt += 80;
        alive.push(watched.alive());
      },
      onCheckpoint: () => Promise.resolve(),
    },
    never,
  );
  return { alive, steps: report.steps, stepMs: report.stepMs, held: runtime.live() };
}
