import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { testCompute } from '../../src/compute/training.fixture.ts';
import type { Examples } from '../../src/core/data/examples.ts';
import { lenet } from '../../src/core/models/lenet.ts';
import { encodeOnnx } from '../../src/core/network/encodeOnnx.ts';
import type { TrainSettings } from '../../src/core/training/settings.ts';
import type { TrainJob } from '../../src/core/training/trainJob.ts';

/** A pixel of the origin counts 0 to 16 dark points; of the sample it is 0 to 255. */
const scale = 255 / 16;

const settings: TrainSettings = {
  epochs: 6,
  batchSize: 32,
  microBatch: 32,
  learningRate: 0.001,
  optimizer: { is: 'adam', b1: 0.9, b2: 0.999, eps: 1e-8 },
  schedule: { is: 'cosine', final: 0.05 },
  warmupSteps: 0,
  weightDecay: 0,
  decayAll: false,
  batchNorm: 'batch',
  precision: 'f32',
  seed: 1,
  keep: 'last',
  dropout: 'off',
};

interface Digits {
  /** 64 values a digit, 0 to 255. */
  readonly pixels: Uint8Array<ArrayBuffer>;
  readonly labels: Uint8Array<ArrayBuffer>;
}

/**
 * Writes a LeNet for 8 × 8 digits, trained on those of 30 writers, and as data set the digits of 13 other
 * writers in MNIST's format. Gives the model's accuracy on these others, 0 to 1.
 *
 * Source: E. Alpaydin, C. Kaynak, Optical Recognition of Handwritten Digits, UCI Machine Learning
 * Repository, 1998, CC BY 4.0.
 */
export async function makeDigits(from: string, to: string): Promise<number> {
  mkdirSync(to, { recursive: true });
  const known = readDigits(path.join(from, 'optdigits.tra'));
  const others = readDigits(path.join(from, 'optdigits.tes'));
  const network = lenet({ size: 8, seed: 1 });
  const job: TrainJob = {
    id: 'digits',
    network,
    trainable: [...network.initializers.keys()].filter((name) => /\.(weight|bias)$/.test(name)),
    heads: [{ output: 'logits', loss: { is: 'cross-entropy' }, weight: 1 }],
    settings,
    data: {
      inputs: { input: 'image' },
      targets: { logits: 'label' },
      classes: { logits: Array.from('0123456789') },
      train: examplesOf(known),
      validation: part(examplesOf(known), 0),
      test: examplesOf(others),
      augment: [],
      finish: {
        image: { scale: 1 / 255, mean: [0], deviation: [1], axis: 0, shape: [1, 8, 8] },
      },
    },
    device: 'wasm',
    threads: 1,
    checkpointSeconds: 1e6,
  };
  const listener = { onEvent: () => undefined, onCheckpoint: () => Promise.resolve() };
  const { weights, report } = await testCompute().train(
    job,
    listener,
    new AbortController().signal,
  );
  const trained = {
    ...network,
    name: 'digits',
    initializers: new Map([...network.initializers, ...weights]),
  };
  writeFileSync(path.join(to, 'digits.onnx'), encodeOnnx(trained));
  writeFileSync(
    path.join(to, 'images.idx3-ubyte.gz'),
    packed(idx([count(others), 8, 8], others.pixels)),
  );
  writeFileSync(path.join(to, 'labels.idx1-ubyte.gz'), packed(idx([count(others)], others.labels)));
  return report.test?.heads[0]?.accuracy ?? NaN;
}

const count = ({ labels }: Digits) => labels.length;

function readDigits(file: string): Digits {
  const rows = readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .map((line) => line.split(',').map(Number));
  return {
    pixels: Uint8Array.from(
      rows.flatMap((row) => row.slice(0, 64)),
      (value) => Math.round(value * scale),
    ),
    labels: Uint8Array.from(rows, (row) => row[64] ?? NaN),
  };
}

function examplesOf(digits: Digits): Examples {
  return {
    count: count(digits),
    columns: [
      { name: 'image', dtype: 'u8', shape: [1, 8, 8], data: digits.pixels },
      { name: 'label', dtype: 'i32', shape: [], data: Int32Array.from(digits.labels) },
    ],
  };
}

function part(examples: Examples, rows: number): Examples {
  return {
    count: rows,
    columns: examples.columns.map((column) => ({ ...column, data: column.data.slice(0, 0) })),
  };
}

/** Source: the IDX format of MNIST (Y. LeCun): magic number 0x08 (bytes) and rank, extents, values. */
function idx(shape: readonly number[], values: Uint8Array): Uint8Array {
  const head = new DataView(new ArrayBuffer(4 + 4 * shape.length));
  head.setUint32(0, 0x0800 + shape.length);
  for (const [axis, extent] of shape.entries()) head.setUint32(4 + 4 * axis, extent);
  return new Uint8Array([...new Uint8Array(head.buffer), ...values]);
}

/** Gzip without a time stamp, so that equal contents are equal files. */
function packed(bytes: Uint8Array): Uint8Array {
  return gzipSync(bytes, { level: 9 });
}
