import { existsSync, readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { memorySource } from './memorySource.fixture.ts';
import type { MemorySource } from './memorySource.fixture.ts';

const folder = path.resolve(import.meta.dirname, '../../../shared/data');

/** Whether the real model files lie beside the repository. */
export const hasSharedData = existsSync(folder);

/** For the title of a suite that needs them. */
export const sharedTitle = hasSharedData ? '' : ' (SKIPPED: ../shared/data is not there)';

/** Paths of the files whose names match, relative to the data folder, sorted. */
export function sharedPaths(pattern: RegExp): string[] {
  if (!hasSharedData) return [];
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => pattern.test(name) && !name.startsWith('datasets'))
    .sort();
}

/** One of them, in memory. */
export function sharedSource(name: string): MemorySource {
  return memorySource(name, readFileSync(path.join(folder, name)));
}
