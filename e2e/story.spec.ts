import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test, type Page } from 'playwright/test';
import { openApp, sampleFolder } from './app.ts';

/** Loads the sample lineage from the empty state, as a newcomer does. */
async function loadSample(page: Page): Promise<void> {
  await openApp(page);
  await page.getByRole('button', { name: 'Load the sample lineage' }).click();
  await expect(page.getByText(/14 models added/).first()).toBeVisible({ timeout: 60_000 });
}

const model = (page: Page, name: string) =>
  page.getByRole('option', { name: new RegExp(`^${name}`) }).first();

test('a newcomer sees a stored lineage with one click, and a reload changes nothing', async ({
  page,
}) => {
  await loadSample(page);
  const before = await page.evaluate(() => mgit.graph());
  expect(before.nodes).toHaveLength(14);
  const kinds = new Set(before.edges.map((edge) => `${edge.kind} ${edge.grade}`));
  expect(kinds).toContain('version declared');
  expect(kinds).toContain('provenance inferred');
  const storage = await page.evaluate(() => mgit.storage());
  expect(storage.storedBytes).toBeLessThan(storage.dedupBytes);
  expect(storage.dedupBytes).toBeLessThan(storage.rawBytes);

  await openApp(page);
  await expect(model(page, 'n_2022-10')).toBeVisible();
  expect(await page.evaluate(() => mgit.graph())).toEqual(before);
  expect(await page.evaluate(() => mgit.fsck())).toMatchObject({ ok: true });
});

test('a model is exported from the inspector, bit for bit', async ({ page }) => {
  await loadSample(page);
  await model(page, 'v4_2022-06_320').click();
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Export', exact: true }).click();
  const saved = await (await download).path();
  const sha256 = (file: string) => createHash('sha256').update(readFileSync(file)).digest('hex');
  expect(sha256(saved)).toBe(sha256(path.join(sampleFolder, 'yunet/v4_2022-06_320.onnx')));
});

test('the inspector tells tensors, layers, storage, history and evidence', async ({ page }) => {
  await loadSample(page);
  await model(page, 'n_2022-10_320').click();
  await page.getByRole('tab', { name: 'Tensors' }).click();
  await expect(page.getByLabel('Tensors', { exact: true }).getByRole('table')).toBeVisible();
  await page.getByRole('tab', { name: 'Layers' }).click();
  await expect(page.getByText('Conv').first()).toBeVisible();
  await page.getByRole('tab', { name: 'Storage' }).click();
  await expect(page.getByRole('region', { name: 'Shared with' })).toContainText('n_2022-10');
  await page.getByRole('tab', { name: 'History' }).click();
  await expect(page.getByText(/Imported 14 models/).first()).toBeVisible();
  await page.getByRole('tab', { name: 'Evidence' }).click();
  await expect(page.getByRole('button', { name: 'Confirm' }).first()).toBeVisible();
});

test('an inferred edge is rejected, not proposed again, and the rejection is undone', async ({
  page,
}) => {
  await loadSample(page);
  const edges = () => page.evaluate(async () => (await mgit.graph()).edges.length);
  const before = await edges();
  await model(page, 'n_2023-01_320').click();
  await page.getByRole('tab', { name: 'Evidence' }).click();
  await page.getByRole('button', { name: 'Reject' }).first().click();
  await expect.poll(edges).toBe(before - 1);
  await page.evaluate(() => mgit.infer());
  const pair = await page.evaluate(async () => (await mgit.graph()).rejections[0]);
  const joined = await page.evaluate(
    async (rejected) =>
      (await mgit.graph()).edges.some(
        ({ kind, from, to }) =>
          kind === rejected?.kind &&
          [from, to].includes(rejected.a) &&
          [from, to].includes(rejected.b),
      ),
    pair,
  );
  expect(joined).toBe(false);
});

test('undo and redo by keyboard take back a rename, a removal and the import', async ({ page }) => {
  await loadSample(page);
  const names = () =>
    page.evaluate(async () => (await mgit.graph()).nodes.map((node) => node.name).sort());
  const before = await names();
  await page.evaluate(async () => {
    const node = (await mgit.graph()).nodes.find(({ name }) => name === 'n_2022-10');
    if (node === undefined) throw new Error('no n_2022-10');
    await mgit.rename(node.id, 'yunet-n');
    await mgit.remove(node.id, { orphans: 'reattach' });
  });
  expect(await names()).toHaveLength(13);
  await page.locator('body').press('Control+z');
  await expect.poll(names).toContain('yunet-n');
  await page.locator('body').press('Control+z');
  await expect.poll(names).toEqual(before);
  await page.locator('body').press('Control+z');
  await expect.poll(names).toEqual([]);
  await page.locator('body').press('Control+Shift+z');
  await expect.poll(names).toEqual(before);
});

test('a cycle is refused with its reason', async ({ page }) => {
  await loadSample(page);
  const error = await page.evaluate(async () => {
    const { nodes } = await mgit.graph();
    const id = (name: string) => nodes.find((node) => node.name === name)?.id as never;
    return mgit.connect('version', id('n_2023-01'), id('v3_2021-06')).then(
      () => undefined,
      (thrown: unknown) => {
        const { code, data } = thrown as { code: string; data: { path: string[] } };
        return { code, steps: data.path.length };
      },
    );
  });
  expect(error).toEqual({ code: 'lineage-cycle', steps: 5 });
});

test('broken files get their own message and the rest goes on', async ({ page }) => {
  await openApp(page);
  const good = readFileSync(path.join(sampleFolder, 'yunet/s_2022-10_320.onnx'));
  await page.locator('#import-files').setInputFiles([
    { name: 'good.onnx', mimeType: '', buffer: good },
    { name: 'cut.onnx', mimeType: '', buffer: good.subarray(0, good.length >> 1) },
    {
      name: 'page.onnx',
      mimeType: '',
      buffer: Buffer.from('<!doctype html><html><body>404</body></html>'),
    },
    { name: 'empty.pth', mimeType: '', buffer: Buffer.alloc(0) },
    {
      name: 'long.safetensors',
      mimeType: '',
      buffer: Buffer.from([255, 255, 255, 255, 255, 255, 255, 127]),
    },
  ]);
  const dialog = page.getByRole('dialog');
  await expect(dialog).toBeVisible();
  for (const name of ['cut.onnx', 'page.onnx', 'empty.pth', 'long.safetensors'])
    await expect(dialog).toContainText(name);
  await expect(dialog).toContainText('web page');
  expect(
    await page.evaluate(async () => (await mgit.graph()).nodes.map((node) => node.name)),
  ).toEqual(['good']);
});

test('the command palette reaches a model and an action', async ({ page }) => {
  await loadSample(page);
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox', { name: 'Command or model' }).fill('v3_2021-06');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: 'v3_2021-06' })).toBeVisible();
});

test('several models are exported as one zip', async ({ page }) => {
  await loadSample(page);
  const size = await page.evaluate(async () => {
    const { nodes } = await mgit.graph();
    const file = await mgit.exportZip(nodes.slice(0, 3).map((node) => node.id));
    return {
      size: file.size,
      sum: nodes.slice(0, 3).reduce((total, node) => total + node.summary.sizeBytes, 0),
    };
  });
  expect(size.size).toBeGreaterThan(size.sum);
  expect(size.size).toBeLessThan(size.sum + 2000);
});
