import { chromium } from 'playwright';
import { browserFlags, needBrowser } from '../../tools/browser.js';
import { printCodecs } from '../node/codecTable.ts';
import type { CodecResult } from '../pages/codecs/codecTrials.ts';
import { servedPage } from './servedPage.ts';

const runs = 15;

/** The codecs of `codecs` in a worker in Chromium: one core, best of the runs. */
export async function run(): Promise<void> {
  const served = await servedPage('codecs');
  const browser = await chromium.launch({
    executablePath: await needBrowser(),
    args: [...browserFlags],
  });
  try {
    const page = await browser.newPage();
    page.setDefaultTimeout(0);
    await page.goto(served.url);
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
    await served.close();
  }
}
