import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { expect, test, type Page } from 'playwright/test';
import { openApp } from './app.ts';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

interface Violation {
  readonly id: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary?: string }[];
}

/** What axe-core's WCAG 2.2 A and AA rules find on the page as it is. */
async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axe);
  const found = await page.evaluate(async () => {
    const { axe: engine } = globalThis as unknown as {
      axe: { run(options: object): Promise<{ violations: Violation[] }> };
    };
    const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
    return (await engine.run({ runOnly: { type: 'tag', values: tags } })).violations;
  });
  return found.flatMap(({ id, nodes }) =>
    nodes.map((node) => `${id}: ${node.html.slice(0, 160)} ${node.failureSummary ?? ''}`),
  );
}

const sizes = [
  { width: 1280, height: 800 },
  { width: 360, height: 740 },
];

/** Commands that open a dialog, and its title. */
const dialogs = [
  ['Remove the selection', 'Remove n_2022-10_320'],
  ['Connect the model', 'Connect n_2022-10_320'],
  ['History of the lineage', 'History'],
  ['Keyboard help', 'Keyboard'],
  ['Check integrity', 'Integrity'],
  ['Free space', 'Free space'],
] as const;

async function runCommand(page: Page, command: string): Promise<void> {
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox', { name: 'Command or model' }).fill(command);
  await page.keyboard.press('Enter');
}

/** The dialog opens, axe finds nothing in it, nothing is cut, and Escape closes it. */
async function sound(page: Page, title: string): Promise<void> {
  const dialog = page.getByRole('dialog', { name: title });
  await expect(dialog).toBeVisible({ timeout: 30_000 });
  await expect(dialog.getByRole('status', { name: /^Loading/ })).toHaveCount(0);
  expect(await violations(page), title).toEqual([]);
  const over = await dialog.evaluate((element) => element.scrollWidth - element.clientWidth);
  expect(over, `${title} is cut`).toBeLessThanOrEqual(0);
  await page.keyboard.press('Escape');
  await expect(dialog).toHaveCount(0);
}

async function dropTable(page: Page, text: string): Promise<void> {
  await page.evaluate((table) => {
    const dataTransfer = new DataTransfer();
    dataTransfer.items.add(new File([table], 'table.csv'));
    for (const type of ['dragover', 'drop'])
      document
        .querySelector('dialog')
        ?.dispatchEvent(new DragEvent(type, { dataTransfer, bubbles: true, cancelable: true }));
  }, text);
}

/** Axe finds nothing in the dialog that is open, and nothing in it is cut. */
async function soundHere(page: Page, what: string): Promise<void> {
  const dialog = page.getByRole('dialog');
  await expect(dialog.getByRole('status', { name: /^Loading/ })).toHaveCount(0);
  // A button that has just been enabled fades from one pair of colours to another.
  await page.evaluate(async () => {
    await Promise.allSettled(document.getAnimations().map((animation) => animation.finished));
  });
  expect(await violations(page), what).toEqual([]);
  const over = await dialog.evaluate((element) => element.scrollWidth - element.clientWidth);
  expect(over, `${what} is cut`).toBeLessThanOrEqual(0);
}

async function makeAndTry(page: Page): Promise<void> {
  await openApp(page);
  await page.getByRole('button', { name: 'Load digits to train on' }).click();
  await page.getByRole('button', { name: 'Train it…' }).click();
  const dialog = page.getByRole('dialog');
  await expect(dialog.getByText('Takes about')).toBeVisible({ timeout: 30_000 });
  await dialog.getByText(/^More settings/).click();
  await dialog.getByText(/^How .* is used$/).click();
  await soundHere(page, 'the form');
  await dialog.getByRole('button', { name: 'Start' }).click();
  await expect(dialog.getByText('digits-finetuned is in the lineage')).toBeVisible({
    timeout: 60_000,
  });
  await dialog.getByText('By class').click();
  await soundHere(page, 'the finished run');
  await dialog.getByRole('button', { name: 'Replay', exact: true }).click();
  await expect(dialog.getByText(/^The replay gave/)).toBeVisible({ timeout: 60_000 });
  await soundHere(page, 'the replay');
  await page.keyboard.press('Escape');
  await runCommand(page, 'digits-finetuned');
  for (const tab of ['Recipe', 'Try']) {
    await page.getByRole('tab', { name: tab }).click();
    await page.waitForTimeout(500);
    expect(await violations(page), tab).toEqual([]);
  }
  await page.getByRole('button', { name: 'Draw instead' }).click();
  expect(await violations(page), 'drawing').toEqual([]);
}

async function showAndAddData(page: Page): Promise<void> {
  await openApp(page);
  await page.getByRole('button', { name: 'Load digits to train on' }).click();
  await expect(page.getByRole('button', { name: 'Train it…' })).toBeVisible();
  await runCommand(page, 'Show the data sets');
  await page.getByRole('button', { name: /^Digits of 13/ }).click();
  await soundHere(page, 'a data set');
  await page.keyboard.press('Escape');
  await runCommand(page, 'Add a data set');
  const rows = Array.from({ length: 30 }, (_, i) => `${i},${i % 7},${i % 2 ? 'a' : 'b'}`);
  await dropTable(page, `x,y,kind\n${rows.join('\n')}\n1,2\n`);
  await expect(page.getByRole('dialog').getByText(/30 examples/)).toBeVisible();
  await soundHere(page, 'a data set to add');
}

for (const colorScheme of ['light', 'dark'] as const)
  for (const viewport of sizes)
    test.describe(`${colorScheme}, ${viewport.width} px`, () => {
      // Without motion: what fades in would be measured half transparent.
      test.use({ colorScheme, viewport, contextOptions: { reducedMotion: 'reduce' } });

      // Contrast hangs on the theme and sizes on the width: each is met once in what follows.
      if ((colorScheme === 'light') !== (viewport.width === 1280)) return;

      test('axe finds nothing, from the empty state to every tab of the inspector', async ({
        page,
      }) => {
        await openApp(page);
        await expect(page.getByRole('button', { name: 'Load the sample lineage' })).toBeVisible();
        expect(await violations(page), 'empty state').toEqual([]);
        await page.getByRole('button', { name: 'Load the sample lineage' }).click();
        await expect(page.getByText(/14 models added/).first()).toBeVisible({ timeout: 60_000 });
        expect(await violations(page), 'lineage').toEqual([]);
        await page.keyboard.press('Control+k');
        await page.getByRole('combobox', { name: 'Command or model' }).fill('n_2022-10_320');
        expect(await violations(page), 'palette').toEqual([]);
        await page.keyboard.press('Enter');
        await expect(page.getByRole('heading', { name: 'n_2022-10_320' })).toBeVisible();
        for (const tab of ['Overview', 'Tensors', 'Layers', 'Storage', 'History', 'Evidence']) {
          await page.getByRole('tab', { name: tab }).click();
          await page.waitForTimeout(300);
          expect(await violations(page), tab).toEqual([]);
        }
      });

      test('axe finds nothing in the dialogs', async ({ page }) => {
        await openApp(page);
        await page.getByRole('button', { name: 'Load the sample lineage' }).click();
        await page.getByRole('button', { name: 'Details' }).click({ timeout: 60_000 });
        await sound(page, 'Import');
        await page.locator('#import-files').setInputFiles([
          { name: 'page.onnx', mimeType: '', buffer: Buffer.from('<!doctype html><html></html>') },
          { name: 'empty.pth', mimeType: '', buffer: Buffer.alloc(0) },
        ]);
        await sound(page, 'Import');
        await runCommand(page, 'n_2022-10_320');
        for (const [command, title] of dialogs) {
          await runCommand(page, command);
          await sound(page, title);
        }
      });

      test('axe finds nothing while a model is made, replayed and tried', async ({ page }) => {
        await makeAndTry(page);
      });

      test('axe finds nothing in the dialogs of data sets', async ({ page }) => {
        await showAndAddData(page);
      });

      test('nothing reaches beyond the screen', async ({ page }) => {
        await openApp(page);
        await page.getByRole('button', { name: 'Load the sample lineage' }).click();
        await expect(page.getByText(/14 models added/).first()).toBeVisible({ timeout: 60_000 });
        const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        expect(over).toBeLessThanOrEqual(0);
      });
    });
