import { expect, test, type Page } from 'playwright/test';
import { openApp } from './app.ts';

test.use({ serviceWorkers: 'allow' });

/** Waits until the service worker answers for this page. */
async function controlled(page: Page): Promise<void> {
  await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
}

test('after one visit the app opens without a network, cross-origin isolated', async ({
  page,
  context,
}) => {
  await openApp(page);
  await page.getByRole('button', { name: 'Load the sample lineage' }).click();
  await expect(page.getByText(/14 models added/).first()).toBeVisible({ timeout: 60_000 });
  await controlled(page);

  await context.setOffline(true);
  await openApp(page);
  expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
  await expect(page.getByRole('option', { name: /^n_2022-10_320/ })).toBeVisible();
  await expect(page.locator('canvas').first()).toBeVisible();
  expect(await page.evaluate(() => mgit.fsck())).toMatchObject({ ok: true });
});

test('the page is installable and keeps nothing but its own files', async ({ page }) => {
  await openApp(page);
  await controlled(page);
  await page.evaluate(async () => {
    await mgit.import([new File([new Uint8Array(64)], 'mine.onnx')]);
  });
  const kept = await page.evaluate(async () => {
    const names = (await caches.keys()).filter((name) => name.startsWith('mgit-app-'));
    const requests = await Promise.all(names.map(async (name) => (await caches.open(name)).keys()));
    return { caches: names.length, paths: requests.flat().map(({ url }) => new URL(url).pathname) };
  });
  expect(kept.caches).toBe(1);
  expect(kept.paths).toContain('/index.html');
  expect(kept.paths.filter((path) => /\.worker-/.test(path)).length).toBeGreaterThanOrEqual(2);
  expect(kept.paths.filter((path) => path.includes('mine'))).toEqual([]);

  const manifest = await page.evaluate(
    async () =>
      (await (await fetch('/manifest.webmanifest')).json()) as {
        icons: { src: string; sizes: string; purpose: string }[];
      },
  );
  for (const { src, sizes } of manifest.icons.filter((icon) => icon.src.endsWith('.png'))) {
    const size = await page.evaluate(async (icon) => {
      const image = await createImageBitmap(await (await fetch(`/${icon}`)).blob());
      return `${image.width}x${image.height}`;
    }, src);
    expect(size).toBe(sizes);
  }
  expect(manifest.icons.map(({ purpose }) => purpose)).toContain('maskable');
});
