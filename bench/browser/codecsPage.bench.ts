import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { chromium } from 'playwright';
import { build, preview } from 'vite';
import { browserFlags, needBrowser } from '../../tools/browser.js';
import { printCodecs } from '../node/codecTable.ts';
import type { CodecResult } from '../pages/codecs/codecTrials.ts';

const root = path.resolve(import.meta.dirname, '../pages/codecs');
const runs = 15;

/** The codecs of `codecs` in a worker in Chromium: one core, best of the runs. */
export async function run(): Promise<void> {
  const outDir = mkdtempSync(path.join(tmpdir(), 'mgit-codecs-'));
  const options = { root, configFile: false, logLevel: 'silent' } as const;
  await build({
    ...options,
    base: './',
    worker: { format: 'es' },
    build: { outDir, emptyOutDir: true, target: 'es2023' },
  });
  const server = await preview({
    ...options,
    build: { outDir },
    preview: { port: 0, host: '127.0.0.1' },
  });
  const address = server.httpServer.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  const browser = await chromium.launch({
    executablePath: await needBrowser(),
    args: [...browserFlags],
  });
  try {
    const page = await browser.newPage();
    page.setDefaultTimeout(0);
    await page.goto(`http://127.0.0.1:${port ?? 0}/`);
    await page.waitForFunction(() => 'codecs' in globalThis);
    const results = await page.evaluate(
      (given) =>
        (
          globalThis as unknown as { codecs: (runs: number) => Promise<readonly CodecResult[]> }
        ).codecs(given),
      runs,
    );
    printCodecs(results);
  } finally {
    await browser.close();
    await server.close();
    rmSync(outDir, { recursive: true, force: true });
  }
}
