import { describe, expect, it } from 'vitest';
import { cnn1d } from '../../core/models/cnn1d.ts';
import { gruAudio } from '../../core/models/gruAudio.ts';
import { bagOfEmbeddings } from '../../core/models/bagOfEmbeddings.ts';
import { lenet } from '../../core/models/lenet.ts';
import { datasetOf } from '../../core/lineage/editDatasets.ts';
import type { Network } from '../../core/network/network.ts';
import type { ByteSource } from '../../core/ports/modelFormats.ts';
import { idxFile, wavFile } from '../../formats/data/binary.fixture.ts';
import { bytesSource } from '../create/bytesSource.ts';
import { emptyTrainingBench } from '../create/trainingBench.fixture.ts';
import { parentModel } from '../create/parentModel.ts';
import { addDataset } from '../data/addDataset.ts';
import { noRun } from '../import/importModels.fixture.ts';
import { judgeOf } from './judge.ts';
import { modelTest, noSandbox } from './modelTestBench.fixture.ts';
import { TestMemory } from './testMemory.ts';

/** A classifier tested on files of data as a person would first try it. */
async function classified(files: readonly ByteSource[], model: Network) {
  const bench = await emptyTrainingBench();
  const ports = { ...bench.ports, sandbox: noSandbox, tested: new TestMemory() };
  const added = await addDataset(ports, files, {}, noRun);
  const { snapshot, name, reading } = datasetOf(await ports.session.lineage(), added.id);
  const imported = await bench.importNetwork('model', model);
  const data = { dataset: snapshot, name, reading, part: 'all', perturb: [], seed: 1 } as const;
  const test = modelTest({ function: 'classification', data });
  const subject = { model: await parentModel(ports, imported, noRun), stored: true };
  return judgeOf(ports)(test, subject, {}, noRun);
}

function pictures(): ByteSource[] {
  const pixels = Array.from({ length: 20 * 144 }, (_, at) => (at * 37) % 256);
  const labels = Array.from({ length: 20 }, (_, at) => at % 10);
  return [
    bytesSource('images-idx3-ubyte', idxFile(8, [20, 12, 12], pixels)),
    bytesSource('labels-idx1-ubyte', idxFile(8, [20], labels)),
  ];
}

function lines(): ByteSource[] {
  const words = ['good', 'bad', 'fine', 'slow'];
  const rows = Array.from(
    { length: 24 },
    (_, at) => `the ${words[at % 4]} film number ${at},${at % 2 === 0 ? 'yes' : 'no'}`,
  );
  return [bytesSource('lines.csv', new TextEncoder().encode(['text,label', ...rows].join('\n')))];
}

function clips(): ByteSource[] {
  return Array.from({ length: 10 }, (_, at) => {
    const wave = Array.from({ length: 1000 }, (_, t) => 0.5 * Math.sin(t * (0.05 + at * 0.03)));
    return bytesSource(`${at % 2}_anna_${at}.wav`, wavFile(wave, { bits: 16 }));
  });
}

describe('a test of record', () => {
  it.each([
    ['pictures', pictures(), lenet({ size: 12, seed: 1 }), 20, 10],
    ['sentences', lines(), bagOfEmbeddings({ vocabulary: 64, length: 8, seed: 1 }), 24, 2],
    ['sounds', clips(), cnn1d({ samples: 1000, width: 4, classes: 2, seed: 1 }), 10, 2],
    ['spectra', clips(), gruAudio({ mels: 8, frames: 8, hidden: 8, classes: 2, seed: 1 }), 10, 2],
  ] as const)('feeds %s, and another backend agrees', async (_, files, model, count, classes) => {
    const result = await classified(files, model);
    expect(result.error).toBeUndefined();
    expect(result.examples).toBe(count);
    expect(result.details?.confusion).toHaveLength(classes);
    expect(result.details?.confusion?.flat().reduce((a, b) => a + b)).toBe(count);
    expect(result.metrics['loss']).toBeGreaterThan(0);
    expect(result.crossCheck).toMatchObject({ agrees: true, backend: 'reference' });
  });
});
