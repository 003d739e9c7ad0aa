import { constructionMemory } from '../../src/app/constructLineage.ts';
import { bytesSource } from '../../src/app/create/bytesSource.ts';
import { testBench, type TestBench } from '../../src/app/import/importModels.fixture.ts';
import { reviseLineage } from '../../src/app/reviseLineage.ts';
import { mlp } from '../../src/core/models/mlp.ts';
import { encodeOnnx } from '../../src/core/network/encodeOnnx.ts';
import type { Literal, Network } from '../../src/core/network/network.ts';
import type { ByteSource } from '../../src/core/ports/modelFormats.ts';
import { normal } from './syntheticWeights.ts';
import { median, printTable } from './table.ts';

/** Models in the lineage where the cost of one more is taken: the paper's own sizes. */
const sizes = [23, 46, 92, 184, 368, 736];
/** Models timed at each size, and families that all belong to. */
const timed = 23;

/**
 * What one more model costs in a lineage of 23 to 736: read, hashed and stored; and with its parents found.
 * Each model is a perceptron of 267,000 parameters (1.07 MB): the bases are independent, the others a random
 * earlier model of their family + N(0, 10⁻³), so that every one has a parent to be found.
 *
 * Source: MGit, arXiv 2307.07507, whose cost per model grows from 7.5 s at 23 models to 38.5 s at 736.
 */
export async function run(): Promise<void> {
  const plain = await insertAll(false);
  const found = await insertAll(true);
  console.log('One perceptron of 1.07 MB more, median of 23 insertions.\n');
  printTable(
    ['models before', 'hash and store, ms', 'with parents found, ms', 'ratio'],
    sizes.map((size, index) => {
      const [a, b] = [plain[index] ?? NaN, found[index] ?? NaN];
      return [size, a.toFixed(1), b.toFixed(1), (b / a).toFixed(2)];
    }),
  );
  console.log(`\nFrom ${sizes[0] ?? 0} to ${sizes.at(-1) ?? 0} models the cost with parents found grows ${((found.at(-1) ?? NaN) / (found[0] ?? NaN)).toFixed(2)}-fold (the paper’s: 5.11-fold).`); // prettier-ignore
}

/** Median milliseconds of an insertion at each size. */
async function insertAll(infer: boolean): Promise<number[]> {
  const bench = await lineageBench();
  const models = modelMaker();
  const medians: number[] = [];
  let count = 0;
  for (const size of sizes) {
    while (count < size) await insert(bench, models(count++), infer);
    const times: number[] = [];
    for (let i = 0; i < timed && count < size * 2; i++)
      times.push(await insert(bench, models(count++), infer));
    medians.push(median(times));
  }
  return medians;
}

async function lineageBench(): Promise<TestBench> {
  const bench = await testBench();
  const memory = constructionMemory();
  // As the app is wired: what was read of earlier models is kept.
  const ports = {
    ...bench.ports,
    construct: (...[reading, graph, ids, run]: Parameters<TestBench['ports']['construct']>) =>
      reviseLineage(reading, graph, ids, run, memory),
  };
  Object.assign(bench.ports, ports);
  return bench;
}

async function insert(bench: TestBench, file: ByteSource, infer: boolean): Promise<number> {
  const started = performance.now();
  const { models } = await bench.importFiles([file], { infer });
  const ms = performance.now() - started;
  if (models[0]?.id === undefined) throw new Error(JSON.stringify(models[0]?.error));
  return ms;
}

/** Gives the n-th model as a file; the same ones in every run. */
function modelMaker(): (index: number) => ByteSource {
  const families: Network[][] = [];
  const next = normal(7);
  return (index) => {
    const family = index % timed;
    const earlier = (families[family] ??= []);
    const parent = earlier[Math.floor(index / timed / 2) % Math.max(1, earlier.length)];
    const network =
      parent === undefined
        ? mlp({ inputs: 784, hidden: [300, 100], classes: 10, seed: family + 1 })
        : changed(parent, next);
    earlier.push(network);
    return bytesSource(`model-${index}.onnx`, encodeOnnx(network));
  };
}

function changed(network: Network, next: () => number): Network {
  const initializers = new Map<string, Literal>();
  for (const [name, value] of network.initializers) {
    const weights = new Float32Array(value.bytes.slice().buffer);
    for (let i = 0; i < weights.length; i++) weights[i] = (weights[i] ?? 0) + 1e-3 * next();
    initializers.set(name, { ...value, bytes: new Uint8Array(weights.buffer) });
  }
  return { ...network, initializers };
}
