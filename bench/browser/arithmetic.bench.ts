import { chromium } from 'playwright';
import { bundle, openBundle } from '../../e2e/bundle.ts';
import type * as Arithmetic from '../../src/app/arithmetic/browserArithmetic.fixture.ts';
import { browserFlags, needBrowser } from '../../tools/browser.js';
import { printTable } from '../node/table.ts';

const rounds = 3;

/** Counting steps of a 4 MiB float32 chunk where the app may count them: what its probe sees and chooses. */
export async function run(): Promise<void> {
  const assets = await bundle('src/app/arithmetic/browserArithmetic.fixture.ts');
  const browser = await chromium.launch({
    executablePath: await needBrowser(),
    args: browserFlags,
  });
  const page = await browser.newPage();
  page.setDefaultTimeout(0);
  await openBundle(page, assets);
  const found: Awaited<ReturnType<(typeof Arithmetic)['probeArithmetic']>>[] = [];
  for (let round = 0; round < rounds; round++)
    found.push(
      await page.evaluate(async () => {
        const url = '/entry.js';
        return ((await import(url)) as typeof Arithmetic).probeArithmetic();
      }),
    );
  await browser.close();
  const ways = found[0]?.speeds.map(({ on }) => on) ?? [];
  const rates = (on: string) =>
    found
      .flatMap(({ speeds }) => speeds.filter((each) => each.on === on))
      .map(({ megabytesPerSecond }) => megabytesPerSecond)
      .sort((a, b) => a - b);
  printTable(
    ['on', 'MB/s, median', 'to', 'same bits'],
    ways.map((on) => [
      on,
      (rates(on)[1] ?? 0).toFixed(0),
      (rates(on).at(-1) ?? 0).toFixed(0),
      found.every(({ speeds }) => speeds.every((each) => each.exact)) ? 'yes' : 'no',
    ]),
  );
  const adapter = found[0]?.webgpu;
  console.log(
    `\nAdapter: ${adapter?.is === 'ready' ? `${adapter.adapter}${adapter.software ? ', software' : ''}` : 'none'}. ` +
      `Chosen by the app: ${found.map(({ on }) => on).join(', ')}.`,
  );
}
