import { expect, test, type BrowserContext, type Page } from 'playwright/test';
import {
  brokenInvariants,
  importServed,
  modelFiles,
  openApp,
  sampleFolder,
  serveFiles,
} from './app.ts';

/** Kills at random points of an import; the seed is printed so that a failure can be repeated. */
const kills = Number(process.env['MGIT_KILLS'] ?? 8);
const seed = Number(process.env['MGIT_CRASH_SEED'] ?? Date.now() % 100_000);

test(`a page killed ${kills} times in mid-import loses nothing and leaves nothing broken`, async ({
  context,
}) => {
  test.setTimeout(600_000);
  test.info().annotations.push({ type: 'seed', description: `MGIT_CRASH_SEED=${seed}` });
  await serveFiles(context, sampleFolder);
  // Five models of two kinds, exports and checkpoints that share tensors: enough to be killed in.
  const names = modelFiles(sampleFolder).filter((name) => /s_2022|v3_2021-09/.test(name));
  const random = generator(seed);
  const whole = await durationMs(context, names);
  for (let kill = 0; kill < kills; kill++) {
    const page = await context.newPage();
    await openApp(page);
    expect(await brokenInvariants(page), `before kill ${kill}`).toEqual([]);
    const committed = await page.evaluate(async () => (await mgit.graph()).nodes.length);
    if (committed > 0 && kill % 2 === 0) await removeAll(page);
    const batch = names.filter(() => random() < 0.6);
    void importServed(page, batch).catch(() => undefined);
    await page.waitForTimeout(random() * whole * 1.2);
    await killPage(context, page, kill);
  }
  const page = await context.newPage();
  await openApp(page);
  expect(await brokenInvariants(page)).toEqual([]);
  await importServed(page, names);
  expect(await page.evaluate(async () => (await mgit.graph()).nodes.length)).toBeGreaterThanOrEqual(
    names.length,
  );
  for (const { id } of await page.evaluate(() => mgit.pendingImports()))
    await page.evaluate((pending) => mgit.discardImport(pending as never), id);
  await page.evaluate(() => mgit.collect());
  expect(await brokenInvariants(page)).toEqual([]);
});

/** Closing tears the page down; crashing kills its process, workers included, with no last words. */
async function killPage(context: BrowserContext, page: Page, count: number): Promise<void> {
  if (count % 2 === 0) {
    const devtools = await context.newCDPSession(page);
    const crashed = page.waitForEvent('crash');
    // Never answers: the process that would is gone.
    devtools.send('Page.crash').catch(() => undefined);
    await crashed;
  }
  await page.close({ runBeforeUnload: false });
}

async function durationMs(context: BrowserContext, names: readonly string[]): Promise<number> {
  const page = await context.newPage();
  await openApp(page);
  const before = Date.now();
  await importServed(page, names);
  const duration = Date.now() - before;
  await removeAll(page);
  await page.close();
  return duration;
}

async function removeAll(page: Page): Promise<void> {
  await page.evaluate(async () => {
    const { nodes } = await mgit.graph();
    await mgit.remove(
      nodes.map((node) => node.id),
      { orphans: 'remove' },
    );
    await mgit.collect();
  });
}

/** Uniform in [0, 1). Source: mulberry32, public domain. */
function generator(start: number): () => number {
  let state = start;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
