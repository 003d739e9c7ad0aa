import { existsSync, readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import type { Run } from '../../core/ports/run.ts';
import { memorySource, type MemorySource } from '../memorySource.fixture.ts';
import type { DatasetPorts } from './datasetPorts.ts';

const folder = path.resolve(import.meta.dirname, '../../../../shared/data/datasets');

/** Whether the real data sets lie beside the repository. */
export const hasDatasets = existsSync(folder);

/** For the title of a suite that needs them. */
export const datasetsTitle = hasDatasets ? '' : ' (SKIPPED: ../shared/data/datasets is not there)';

/** The files of one of them whose names match, sorted. */
export function datasetFiles(name: string, pattern = /./): MemorySource[] {
  return readdirSync(path.join(folder, name))
    .filter((file) => pattern.test(file))
    .sort()
    .map((file) => memorySource(`${name}/${file}`, readFileSync(path.join(folder, name, file))));
}

/** A file of text. */
export function textSource(name: string, text: string): MemorySource {
  return memorySource(name, new TextEncoder().encode(text));
}

/** A run that nobody cancels. */
export const quietRun: Run = { signal: { aborted: false, throwIfAborted: () => undefined } };

/**
 * A decoder for tests, which have no browser: a PNG's header with the size, then as raw bytes each
 * pixel's grey. Anything else is damaged.
 */
export const testPorts: DatasetPorts = {
  images: {
    decode(bytes) {
      const view = new DataView(bytes.buffer);
      if (bytes.length < 24) return Promise.reject(new Error('it is damaged'));
      const [width, height] = [view.getUint32(16), view.getUint32(20)];
      if (bytes.length !== 24 + width * height) return Promise.reject(new Error('it is damaged'));
      return Promise.resolve({ width, height, channels: 1, data: bytes.slice(24) });
    },
  },
  pause: () => Promise.resolve(),
};

/** A picture for that decoder. */
export function testImage(width: number, height: number, grey: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(24 + width * height).fill(grey, 24);
  bytes.set([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  const view = new DataView(bytes.buffer);
  view.setUint32(16, width);
  view.setUint32(20, height);
  return bytes;
}
