import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test, type Page } from 'playwright/test';
import { importServed, openApp, sampleFolder, serveFiles } from './app.ts';

/** Two detectors of the sample, of one architecture. */
const [nameA, nameB] = ['n_2022-10_320', 'n_2023-01_320'];

async function openComparison(page: Page): Promise<void> {
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox', { name: 'Command or model' }).fill(`diff ${nameA} ${nameB}`);
  await page.keyboard.press('Enter');
  await expect(page.getByRole('region', { name: 'Compare models' })).toBeVisible();
  await expect(page.getByText(/^All .* compared\.$/)).toBeAttached();
}

test.beforeEach(async ({ page, context }) => {
  await serveFiles(context, sampleFolder);
  await openApp(page);
  const report = await importServed(
    page,
    [nameA, nameB].map((name) => `yunet/${name}.onnx`),
  );
  expect(report.models.map(({ error }) => error)).toEqual([undefined, undefined]);
});

test('aligns layers, sorts tensors by change, and tells single weights as the files have them', async ({
  page,
}) => {
  await openComparison(page);
  const layers = page.getByRole('region', { name: 'Layers side by side' });
  await expect(layers.getByRole('button', { name: /: changed, relative change/ }).first()).toBeVisible(); // prettier-ignore

  await page.getByRole('tab', { name: /Tensors/ }).click();
  const table = page.getByRole('region', { name: 'Tensors compared' });
  await page.getByRole('combobox', { name: 'State' }).selectOption('changed');
  const changes = await table.getByRole('row').locator('td:nth-child(3)').allInnerTexts();
  const numbers = changes.slice(0, 20).map((text) => Number.parseFloat(text));
  expect(numbers.length).toBeGreaterThan(10);
  expect(numbers).toEqual([...numbers].sort((p, q) => q - p));

  const tensor = 'backbone.model2.conv1.conv1.weight';
  await page.getByRole('searchbox', { name: 'Filter tensors' }).fill(tensor);
  await table.getByRole('button', { name: tensor }).click();
  const heat = page.getByRole('application', { name: `Weights of ${tensor}` });
  await page.getByRole('radio', { name: 'B', exact: true }).check();
  await page.getByRole('button', { name: 'Weights', exact: true }).click();
  await heat.focus();
  for (const key of ['ArrowRight', 'ArrowRight', 'ArrowRight', 'ArrowDown'])
    await page.keyboard.press(key);
  const value = page.getByText(/^B \[1, 2, 0, 0\] = /);
  await expect(value).toBeVisible();
  const shown = Number((await value.innerText()).split('= ')[1]?.replace('−', '-'));
  expect(shown).toBeCloseTo(weightInFile(nameB, tensor, 1 * 64 + 2), 4);
  expect(Math.abs(shown)).toBeGreaterThan(0);
});

test('is exported as JSON and as pictures', async ({ page }) => {
  await openComparison(page);
  const saved = async (button: string): Promise<Buffer> => {
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: button }).click(),
    ]);
    return readFileSync(await download.path());
  };
  // It holds what is known so far: all, once the last tensor is compared.
  await expect(async () => {
    const json = JSON.parse((await saved('Save JSON')).toString()) as {
      readonly names: unknown;
      readonly tensors: readonly { readonly is: string }[];
      readonly tensorDifferences: readonly unknown[];
    };
    expect(json.names).toEqual({ a: nameA, b: nameB });
    const changed = json.tensors.filter(({ is }) => is === 'changed').length;
    expect(json.tensorDifferences).toHaveLength(changed);
  }).toPass();
  const svg = (await saved('Save picture')).toString();
  const rows = await page.evaluate((text) => {
      const parsed = new DOMParser().parseFromString(text, 'image/svg+xml');
      return parsed.querySelector('parsererror') === null ? parsed.querySelectorAll('rect').length : -1;
    }, svg); // prettier-ignore
  expect(rows).toBeGreaterThan(10);
  await page.getByRole('tab', { name: /Tensors/ }).click();
  await page.getByRole('region', { name: 'Tensors compared' }).locator('tbody').getByRole('button').first().click(); // prettier-ignore
  await expect(page.getByText('Reading…')).toHaveCount(0);
  const png = await saved('Save PNG');
  expect([...png.subarray(1, 4)]).toEqual([...Buffer.from('PNG')]);
});

test('can be walked by the keys alone', async ({ page }) => {
  await openComparison(page);
  await page.getByRole('tab', { name: /Layers/ }).focus();
  const layers = page.getByRole('region', { name: 'Layers side by side' });
  await layers.getByRole('button').first().press('End');
  await expect(layers.getByRole('button').last()).toBeFocused();
  await page.keyboard.press('Home');
  await expect(layers.getByRole('button').first()).toBeFocused();
  await page.keyboard.press('Enter');
  const strip = page.getByRole('region', { name: /^Layer / });
  await strip.getByRole('button').last().press('Enter');
  const heat = page.getByRole('application', { name: /^Weights of/ });
  await heat.focus();
  await page.keyboard.press('ArrowDown');
  await expect(page.getByText(/^b − a \[/)).toBeVisible();
  await page.keyboard.press('Enter');
  await page.keyboard.press('Escape');
  await expect(page.getByRole('region', { name: 'Compare models' })).toHaveCount(0);
});

test('fits a screen of 360 pixels', async ({ page }) => {
  await page.setViewportSize({ width: 360, height: 740 });
  await openComparison(page);
  for (const tab of [/Tensors/, /Layers/]) {
    await page.getByRole('tab', { name: tab }).click();
    const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    expect(over).toBeLessThanOrEqual(0);
  }
  const region = page.getByRole('region', { name: 'Compare models' });
  const cut = await region.evaluate((element) => element.scrollWidth - element.clientWidth);
  expect(cut).toBeLessThanOrEqual(0);
});

test('says at once that a model has the same weights as itself', async ({ page }) => {
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox', { name: 'Command or model' }).fill(`diff ${nameA} ${nameA}`);
  await page.keyboard.press('Enter');
  await expect(page.getByText(/These are the same weights in the same layers/)).toBeVisible();
});

/** A weight read from an ONNX file by its bytes alone: the field `name` of the tensor, then its raw data. */
function weightInFile(model: string, tensor: string, index: number): number {
  const bytes = readFileSync(path.join(sampleFolder, `yunet/${model}.onnx`));
  const name = Buffer.from(tensor);
  // TensorProto: name is field 8 (tag 0x42), raw_data field 9 (tag 0x4a), both with a length.
  const at = bytes.indexOf(Buffer.concat([Buffer.from([0x42, name.length]), name, Buffer.from([0x4a])])); // prettier-ignore
  expect(at, 'the tensor is in the file').toBeGreaterThan(0);
  let cursor = at + 2 + name.length + 1;
  while (((bytes[cursor] ?? 0) & 0x80) !== 0) cursor++;
  return bytes.readFloatLE(cursor + 1 + 4 * index);
}
