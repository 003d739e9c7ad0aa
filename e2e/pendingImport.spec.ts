import path from 'node:path';
import { expect, test, type BrowserContext } from 'playwright/test';
import { modelFiles, openApp, sampleFolder } from './app.ts';

const files = modelFiles(sampleFolder).map((name) => path.join(sampleFolder, name));

/** A page that comes back after one was closed in the middle of an import. */
async function interrupted(context: BrowserContext) {
  const first = await context.newPage();
  await openApp(first);
  await first.locator('#import-files').setInputFiles(files);
  await expect(first.getByRole('article', { name: 'Import 14 files' })).toContainText(/ of /);
  await first.close();
  const page = await context.newPage();
  await openApp(page);
  await expect(page.getByText('An import of 14 files was interrupted')).toBeVisible();
  return page;
}

test('an interrupted import asks for its files, and is done when they are dropped again', async ({
  context,
}) => {
  const page = await interrupted(context);
  await expect(page.getByText(/Drop the same files again/)).toBeVisible();
  await page.locator('#import-files').setInputFiles(files);
  await expect(page.getByText(/14 models added/).first()).toBeVisible({ timeout: 60_000 });
  expect(await page.evaluate(() => mgit.pendingImports())).toEqual([]);
  await expect(page.getByText(/was interrupted/)).toHaveCount(0);
});

test('an interrupted import is discarded with one click', async ({ context }) => {
  const page = await interrupted(context);
  await page.getByRole('button', { name: 'Discard' }).click();
  await expect(page.getByText(/was interrupted/)).toHaveCount(0);
  expect(await page.evaluate(() => mgit.pendingImports())).toEqual([]);
});
