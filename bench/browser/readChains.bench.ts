import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { chromium } from 'playwright';
import { browserFlags, needBrowser } from '../../tools/browser.js';
import { printTable } from '../node/table.ts';
import type { ReadingResult } from '../pages/reading/readChains.ts';
import { servedPage } from './servedPage.ts';

const modelBytes = Number(process.env['MGIT_BENCH_MIB'] ?? 256) * 1024 * 1024;
const runs = 3;

/**
 * Reading a whole model from IndexedDB in a worker in Chromium, decoded and verified: stored without
 * a base, and through chains of deltas. One core decodes; the disk and SHA-256 have others.
 */
export async function run(): Promise<void> {
  const served = await servedPage('reading');
  const profile = mkdtempSync(path.join(tmpdir(), 'mgit-reading-profile-'));
  // A persistent profile: without one, IndexedDB lies in memory.
  const browser = await chromium.launchPersistentContext(profile, {
    executablePath: await needBrowser(),
    args: [...browserFlags],
  });
  try {
    const page = await browser.newPage();
    page.setDefaultTimeout(0);
    await page.goto(served.url);
    await page.waitForFunction(() => 'readChains' in globalThis);
    const results = await page.evaluate(
      ([bytes, times]) =>
        (
          globalThis as unknown as {
            readChains: (bytes: number, runs: number) => Promise<readonly ReadingResult[]>;
          }
        ).readChains(bytes, times),
      [modelBytes, runs] as const,
    );
    printTable(
      ['deltas to follow', 'raw MB', 'stored MB', 'read, MB/s'],
      results.map(({ depth, rawBytes, storedBytes, ms }) => [
        depth,
        (rawBytes / 1e6).toFixed(0),
        (storedBytes / 1e6).toFixed(0),
        (rawBytes / 1e3 / ms).toFixed(0),
      ]),
    );
  } finally {
    await browser.close();
    await served.close();
    rmSync(profile, { recursive: true, force: true });
  }
}
