import * as ort from 'onnxruntime-web/wasm';
import { bytesSource } from '../../src/app/create/bytesSource.ts';
import { parentModel } from '../../src/app/create/parentModel.ts';
import { blobTable } from '../../src/app/create/trainingBench.fixture.ts';
import { addDataset } from '../../src/app/data/addDataset.ts';
import { noRun } from '../../src/app/import/importModels.fixture.ts';
import { feedsOf } from '../../src/app/modelTests/feeds.ts';
import { modelTest, modelTestBench } from '../../src/app/modelTests/modelTestBench.fixture.ts';
import { runTests } from '../../src/app/modelTests/runTests.ts';
import { settleTestData } from '../../src/app/modelTests/settleTestData.ts';
import { perceptron, testCompute } from '../../src/compute/training.fixture.ts';
import { randomFrom } from '../../src/core/data/random.ts';
import type { NodeId } from '../../src/core/ids.ts';
import { datasetOf } from '../../src/core/lineage/editDatasets.ts';
import { lenet } from '../../src/core/models/lenet.ts';
import { mlp } from '../../src/core/models/mlp.ts';
import { resnet20 } from '../../src/core/models/resnet20.ts';
import { transformerEncoder } from '../../src/core/models/transformerEncoder.ts';
import { classify } from '../../src/core/modelTests/metrics/classification.ts';
import { classScores } from '../../src/core/modelTests/metrics/classScores.ts';
import { prepareTestData } from '../../src/core/modelTests/prepareTestData.ts';
import { encodeOnnx } from '../../src/core/network/encodeOnnx.ts';
import type { Literal, Network } from '../../src/core/network/network.ts';
import type { ByteSource } from '../../src/core/ports/modelFormats.ts';
import { idxFile } from '../../src/formats/data/binary.fixture.ts';

interface SiblingCase {
  readonly name: string;
  /** Models of the architecture: fewer where each takes long. */
  readonly siblings: number;
  readonly make: (seed: number) => Network;
  readonly files: readonly ByteSource[];
}

const text = (path: string, lines: string) => bytesSource(path, new TextEncoder().encode(lines));
const points = [text('points.csv', blobTable(1000, 2))];

/** From one where almost nothing is to compile to those where almost nothing is to compute. */
export const siblingCases: readonly SiblingCase[] = [
  { name: 'perceptron 2-16-3', siblings: 100, make: (seed) => perceptron(16, seed), files: points },
  {
    name: 'network 2-256-256-3',
    siblings: 100,
    make: (seed) => mlp({ inputs: 2, hidden: [256, 256], classes: 3, seed }),
    files: points,
  },
  { name: 'LeNet', siblings: 40, make: (seed) => lenet({ seed }), files: pictures(200, 28) },
  {
    name: 'transformer of 6 layers',
    siblings: 40,
    make: (seed) =>
      transformerEncoder({ vocabulary: 256, length: 8, width: 32, layers: 6, classes: 2, seed }),
    files: [text('lines.csv', sentences(16))],
  },
  {
    name: 'ResNet-20, narrow',
    siblings: 40,
    make: (seed) => resnet20({ channels: 1, size: 16, widths: [8, 16, 32], seed }),
    files: pictures(10, 16),
  },
];

/** Noise of `size` × `size` pixels with the digits in turn as labels. */
function pictures(count: number, size: number): ByteSource[] {
  const random = randomFrom(size);
  const pixels = Array.from({ length: count * size * size }, () => random.below(256));
  const labels = Array.from({ length: count }, (_, at) => at % 10);
  return [
    bytesSource('train-images-idx3-ubyte', idxFile(8, [count, size, size], pixels)),
    bytesSource('train-labels-idx1-ubyte', idxFile(8, [count], labels)),
  ];
}

function sentences(count: number): string {
  const words = ['good', 'bad', 'fine', 'slow', 'film', 'food', 'very', 'not'];
  const line = (at: number) =>
    `${Array.from({ length: 6 }, (_, place) => words[(at * 5 + place * 3) % 8]).join(' ')} ${at},${at % 2 === 0 ? 'yes' : 'no'}`;
  return ['text,label', ...Array.from({ length: count }, (_, at) => line(at))].join('\n');
}

/** Ways to go through the first `count` siblings. */
export interface Siblings {
  readonly examples: number;
  /** Our prediction: one session, weights written for each. */
  readonly swapped: (count: number) => Promise<void>;
  /** A session compiled for each from its file in memory, run, released. */
  readonly compiled: (count: number) => Promise<void>;
  /** Our test of record, again. */
  readonly tested: (count: number) => Promise<void>;
  /** A loop: read from the store, compiled, run, the same metrics. */
  readonly plain: (count: number) => Promise<void>;
  readonly close: () => Promise<void>;
}

/** Imports the models of a case into a store in memory, with a test for them. */
export async function openSiblings({ make, files, siblings }: SiblingCase): Promise<Siblings> {
  const compute = testCompute();
  const bench = await modelTestBench({ compute });
  const { ports } = bench;
  const networks = Array.from({ length: siblings }, (_, at) => make(at + 1));
  const ids: NodeId[] = [];
  for (const [at, network] of networks.entries())
    ids.push(await bench.importNetwork(`sibling ${at}`, network));
  const added = await addDataset(ports, files, {}, noRun);
  const { snapshot, name, reading } = datasetOf(await ports.session.lineage(), added.id);
  const data = { dataset: snapshot, name, reading, part: 'all', perturb: [], seed: 1 } as const;
  const test = modelTest({ function: 'classification', data });
  await ports.session.commit(() => ({
    kind: 'add-test',
    title: 'test',
    changes: [{ of: 'test', after: test }],
  }));
  const [first] = ids;
  const [network] = networks;
  if (first === undefined || network === undefined) throw new Error('no sibling');
  const { use } = await settleTestData(ports, await parentModel(ports, first, noRun), data, noRun);
  const { examples } = await ports.dataCache.read(ports, snapshot, reading, noRun);
  const prepared = prepareTestData(examples, use, data);
  const inputs = feedsOf(network, prepared);
  const [[output, { use: target, values }] = noTarget()] = prepared.targets;
  const bytes = networks.map((each) => encodeOnnx(each));
  return {
    examples: prepared.count,
    swapped: async (count) => {
      for (const each of networks.slice(0, count))
        await compute.predict({ network: each, inputs, device: 'wasm', batch: 1024 }, noRun.signal);
    },
    compiled: async (count) => {
      for (const each of bytes.slice(0, count)) await runOnce(each, inputs);
    },
    tested: async (count) => {
      const order = { nodes: ids.slice(0, count), again: true };
      const report = await runTests(ports, order, noRun, () => undefined);
      if (report.errors > 0) throw new Error('a test could not be run');
    },
    plain: async (count) => {
      for (const id of ids.slice(0, count)) {
        const model = await parentModel(ports, id, noRun);
        const made = await runOnce(encodeOnnx(await model.network()), inputs);
        const { classes = [] } = target;
        const own = made[output]?.data as Float32Array;
        const scores = classScores(own, values as Int32Array, classes.length, false);
        if (scores === undefined) throw new Error('no scores');
        classify(scores, classes, { topK: 5, bins: 15 });
      }
    },
    close: () => compute.close(),
  };
}

function noTarget(): never {
  throw new Error('the data has no target');
}

/** One session, all examples at once, as one would write it. */
async function runOnce(bytes: Uint8Array, inputs: ReadonlyMap<string, Literal>) {
  const session = await ort.InferenceSession.create(bytes, {
    executionProviders: ['wasm'],
    logSeverityLevel: 3,
  });
  const made = await session.run(
    Object.fromEntries(
      [...inputs].map(([name, tensor]) => {
        const Kind = tensor.dtype === 'f32' ? Float32Array : Int32Array;
        const values = new Kind(tensor.bytes.slice().buffer);
        const type = tensor.dtype === 'f32' ? 'float32' : 'int32';
        return [name, new ort.Tensor(type, values as never, tensor.shape)];
      }),
    ),
  );
  await session.release();
  return made;
}
