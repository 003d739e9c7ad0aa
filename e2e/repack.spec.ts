import { expect, test, type BrowserContext, type Page } from 'playwright/test';
import {
  brokenInvariants,
  exportedHashes,
  modelFiles,
  openApp,
  sampleFolder,
  serveFiles,
} from './app.ts';

/** Times that the tab is killed while it repacks. */
const kills = 4;

test('a lineage stored badly is repacked as planned, though its tab is killed several times', async ({
  context,
}) => {
  await serveFiles(context, sampleFolder);
  // Without a look for edges, one by one and children first: nothing finds a base.
  const names = modelFiles(sampleFolder)
    .filter((name) => /n_20/.test(name))
    .reverse();
  let page = await context.newPage();
  await openApp(page);
  for (const name of names) await importAlone(page, name);
  await page.evaluate(() => mgit.infer());
  const exports = await allExports(page);
  const plan = await page.evaluate(() => mgit.repack.plan());
  const before = await storedBytes(page);
  expect(plan.after).toBeLessThan(0.97 * plan.before);
  expect(plan.depth.after).toBeLessThanOrEqual(8);

  for (let kill = 0; kill < kills; kill++) {
    await killInRepack(context, page, kill);
    page = await context.newPage();
    await openApp(page);
    expect(await brokenInvariants(page), `after kill ${kill}`).toEqual([]);
    expect(await storedBytes(page)).toBeLessThan(before * 1.02);
  }
  await page.evaluate(async () => {
    const last = await mgit.repack.plan();
    await mgit.repack.run(last.id);
  });
  expect(await brokenInvariants(page)).toEqual([]);
  expect(await allExports(page)).toEqual(exports);
  const planned = before - (plan.before - plan.after);
  const after = await storedBytes(page);
  // Records and directories of packs grow or shrink by a little.
  expect(after / planned).toBeGreaterThan(0.98);
  expect(after / planned).toBeLessThan(1.01);
});

async function importAlone(page: Page, name: string): Promise<void> {
  await page.evaluate(async (path) => {
    const blob = await (await fetch(`/e2e-files/${encodeURIComponent(path)}`)).blob();
    const file = new File([blob], path.split('/').at(-1) ?? path);
    await mgit.import([{ file, path }], { infer: false });
  }, name);
}

async function allExports(page: Page): Promise<Record<string, Record<string, string>>> {
  const { nodes } = await page.evaluate(() => mgit.graph());
  const exports: Record<string, Record<string, string>> = {};
  for (const { id, name } of nodes) exports[name] = await exportedHashes(page, id);
  return exports;
}

/** Bytes of all chunks and records as stored. */
async function storedBytes(page: Page): Promise<number> {
  return page.evaluate(async () => (await mgit.storage()).storedBytes);
}

/**
 * Plans anew and runs, and kills the page at another point each time: as it begins to store, and after
 * more and more was stored.
 */
async function killInRepack(context: BrowserContext, page: Page, count: number): Promise<void> {
  await page.evaluate(async (wanted) => {
    const plan = await mgit.repack.plan();
    await new Promise<void>((resolve) => {
      const onProgress = ({ done, total }: { done: number; total: number }) => {
        if (done >= (total * wanted) / 5) resolve();
      };
      void mgit.repack.run(plan.id, { onProgress }).then(() => {
        resolve();
      });
    });
  }, count);
  const devtools = await context.newCDPSession(page);
  const crashed = page.waitForEvent('crash');
  // Never answers: the process that would is gone.
  devtools.send('Page.crash').catch(() => undefined);
  await crashed;
  await page.close({ runBeforeUnload: false });
}
