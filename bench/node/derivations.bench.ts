import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { chunkDerivations } from '../../src/app/deltas/chunkDerivations.ts';
import type { PayloadRelatives } from '../../src/app/deltas/payloadRelatives.ts';
import {
  randomNumbers,
  storeStructure,
  structuresOf,
  type Tensors,
} from '../../src/app/deltas/structures.fixture.ts';
import { parentModel } from '../../src/app/create/parentModel.ts';
import { noRun, testBench } from '../../src/app/import/importModels.fixture.ts';
import type { ChunkId, TensorId } from '../../src/core/ids.ts';
import { encodeNumbers } from '../../src/core/network/encodeNumbers.ts';
import { memorySource } from '../../src/formats/memorySource.fixture.ts';
import { printTable } from './table.ts';

const data = path.resolve(import.meta.dirname, '../../../shared/data');
const models = ['silero-vad/v6.2_16k_tinygrad.safetensors', 'resnet-cifar10/resnet20-12fca82f.th'];

/**
 * What the tensors of a child take that follows from its parents in a known way, from import to stored
 * bytes, on weights of real models; and what looking for such ways costs where there is nothing to find.
 */
export async function run(): Promise<void> {
  for (const file of models.filter((one) => existsSync(path.join(data, one)))) {
    console.log(`\n### ${file}\n`);
    const rows: string[][] = [];
    for (const structure of structuresOf(await floatsOf(file))) {
      const { rawBytes, storedBytes, codecs } = await storeStructure(structure);
      const share = ((100 * storedBytes) / rawBytes).toFixed(2);
      rows.push([
        structure.name,
        `${rawBytes}`,
        `${storedBytes}`,
        `${share} %`,
        [...codecs.keys()].join(', '),
      ]);
    }
    printTable(['child', 'new bytes', 'stored', 'share', 'codecs'], rows);
  }
  console.log('\n### Looking where there is nothing to find, per chunk of 4 MiB\n');
  await printCost();
}

/** The f32 tensors of a model that have more than 64 bytes. */
async function floatsOf(file: string): Promise<Tensors> {
  const bench = await testBench();
  const bytes = readFileSync(path.join(data, file));
  const report = await bench.importFiles([memorySource(path.basename(file), bytes)]);
  const id = report.models[0]?.id;
  if (id === undefined) throw new Error(JSON.stringify(report.models));
  const model = await parentModel(bench.ports, id, noRun);
  const names = model.tensors.filter(({ dtype }) => dtype === 'f32').map(({ name }) => name);
  const values = await model.values(names);
  return new Map([...values].filter(([, { bytes: held }]) => held.length > 64));
}

async function printCost(): Promise<void> {
  const shape = [1024, 1024];
  const make = (seed: number, near?: Float64Array) => {
    const random = randomNumbers(seed);
    return Float64Array.from(
      { length: 1024 * 1024 },
      (_, i) => (near?.[i] ?? 0) + random(near ? 0.01 : 1),
    );
  };
  const base = make(1);
  const bytesOf = (numbers: Float64Array) => encodeNumbers('f32', shape, numbers).bytes;
  const id = 'base' as ChunkId;
  const payload = { id: id as string as TensorId, sizeBytes: 2 ** 22, chunks: [id] };
  const relative = { name: 'weight', dtype: 'f32' as const, shape, payload, model: 0 };
  const relatives: PayloadRelatives = {
    tensor: relative,
    like: [relative],
    akin: [],
    scaled: [],
    adapters: [],
    coefficients: [],
  };
  const stored = bytesOf(base);
  const rows: string[][] = [];
  const cases = { 'trained further': make(2, base), unrelated: make(3) };
  for (const [name, numbers] of Object.entries(cases)) {
    const bytes = bytesOf(numbers);
    const detect = await median(async () => {
      await chunkDerivations(() => Promise.resolve(stored), relatives, 0, bytes);
    });
    const hash = await median(async () => {
      await crypto.subtle.digest('SHA-256', bytes.slice());
    });
    rows.push([
      name,
      detect.toFixed(2),
      hash.toFixed(2),
      `${((100 * detect) / hash).toFixed(0)} %`,
    ]);
  }
  printTable(['chunk', 'looking, ms', 'SHA-256, ms', 'share'], rows);
}

async function median(work: () => Promise<void>): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i < 15; i++) {
    const start = performance.now();
    await work();
    times.push(performance.now() - start);
  }
  return times.sort((a, b) => a - b)[7] ?? 0;
}
