import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { DataUse } from '../../core/data/dataUse.ts';
import { datasetOf } from '../../core/lineage/editDatasets.ts';
import { datasetFiles, datasetsTitle, hasDatasets } from '../../formats/data/dataset.fixture.ts';
import { sharedSource } from '../../formats/sharedData.fixture.ts';
import { parentModel } from '../create/parentModel.ts';
import { emptyTrainingBench } from '../create/trainingBench.fixture.ts';
import { noRun } from '../import/importModels.fixture.ts';
import { judgeOf } from './judge.ts';
import { modelTest, noSandbox } from './modelTestBench.fixture.ts';
import { settleTestData } from './settleTestData.ts';
import { TestMemory } from './testMemory.ts';

/** Of each new pixel the old ones and their shares: a triangle 28/16 wide on both sides. */
const shares = Array.from({ length: 16 }, (_, at) => {
  const scale = 28 / 16;
  const centre = (at + 0.5) * scale;
  const from = Math.max(0, Math.trunc(centre - scale + 0.5));
  const to = Math.min(28, Math.trunc(centre + scale + 0.5));
  const raw = Array.from({ length: to - from }, (_, k) =>
    Math.max(0, 1 - Math.abs((from + k - centre + 0.5) / scale)),
  );
  const sum = raw.reduce((a, b) => a + b, 0);
  return { from, weights: raw.map((each) => each / sum) };
});

/** The 25 values of a picture, as SOURCE.md of mnist-tiny says. */
function binned(image: Uint8Array): number[] {
  const mixed = (value: (at: number) => number, at: number): number => {
    const { from = 0, weights = [] } = shares[at] ?? {};
    return Math.round(weights.reduce((sum, weight, k) => sum + weight * value(from + k), 0));
  };
  const narrow = Array.from({ length: 28 * 16 }, (_, i) =>
    mixed((x) => image[Math.floor(i / 16) * 28 + x] ?? 0, i % 16),
  );
  const small = (y: number, x: number) => mixed((row) => narrow[row * 16 + x] ?? 0, y);
  const lit = (y: number, x: number) => (small(y + 3, x + 3) > 0.2 * 255 ? 1 : 0);
  return Array.from({ length: 25 }, (_, i) => {
    const [y, x] = [2 * Math.floor(i / 5), 2 * (i % 5)];
    return lit(y, x) + lit(y, x + 1) + lit(y + 1, x) + lit(y + 1, x + 1);
  });
}

async function table(): Promise<string> {
  const [images, labels] = await Promise.all(
    datasetFiles('mnist', /ubyte/).map(async (file) =>
      gunzipSync(await file.read(0, file.sizeBytes)),
    ),
  );
  if (images === undefined || labels === undefined) throw new Error('no MNIST');
  const names = Array.from({ length: 25 }, (_, at) => `p${at}`);
  const rows = Array.from({ length: 10_000 }, (_, at) =>
    [...binned(images.subarray(16 + at * 784, 16 + (at + 1) * 784)), `d${labels[8 + at]}`].join(),
  );
  return [[...names, 'label'].join(), ...rows].join('\n');
}

describe.skipIf(!hasDatasets)(`models of mnist-tiny${datasetsTitle}`, () => {
  // Source: known results in SOURCE.md of mnist-tiny.
  it.each([
    ['model.onnx', 0.9242],
    ['model_quantized.onnx', 0.9244],
  ])('%s is as accurate as is known', async (file, accuracy) => {
    const bench = await emptyTrainingBench();
    const ports = { ...bench.ports, sandbox: noSandbox, tested: new TestMemory() };
    const { id } = await bench.addText('digits.csv', await table());
    const { models } = await bench.importFiles([sharedSource(`mnist-tiny/${file}`)], {});
    const node = models[0]?.id;
    if (node === undefined) throw new Error('not imported');
    const record = datasetOf(await ports.session.lineage(), id);
    const { snapshot, name, reading } = record;
    const data = { dataset: snapshot, name, reading, part: 'all', perturb: [], seed: 1 } as const;
    const model = await parentModel(ports, node, noRun);
    const { use } = await settleTestData(ports, model, data, noRun);
    const inputs = Object.fromEntries(
      Object.entries(use.inputs).map(([input, each]) => [
        input,
        { ...each, mean: [0], deviation: [1] },
      ]),
    ) as DataUse['inputs'];
    const test = modelTest({
      function: 'classification',
      data: { ...data, use: { ...use, inputs } },
    });
    const result = await judgeOf(ports)(test, { model, stored: true }, {}, noRun);
    expect(result.error).toBeUndefined();
    expect(result.examples).toBe(10_000);
    expect(Math.abs((result.metrics['accuracy'] ?? NaN) - accuracy)).toBeLessThan(0.0006);
  });
});
