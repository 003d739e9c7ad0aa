import { expect, test, type Locator, type Page } from 'playwright/test';
import { brokenInvariants, openApp } from './app.ts';

const dialogOf = (page: Page) => page.getByRole('dialog');
const edges = async (page: Page) => (await page.evaluate(() => mgit.graph())).edges;
const names = async (page: Page) =>
  (await page.evaluate(() => mgit.graph())).nodes.map(({ name }) => name).sort();

/** From the start screen to the form that trains the digits; two clicks. */
async function openForm(page: Page): Promise<Locator> {
  await openApp(page);
  await page.getByRole('button', { name: 'Load digits to train on' }).click();
  await page.getByRole('button', { name: 'Train it…' }).click();
  const dialog = dialogOf(page);
  await expect(dialog.getByText('Takes about')).toBeVisible({ timeout: 20_000 });
  return dialog;
}

/** A run that goes on until it is steered. */
async function startLong(page: Page): Promise<Locator> {
  const dialog = await openForm(page);
  await dialog.getByRole('spinbutton', { name: 'Epochs' }).fill('900');
  await dialog.getByRole('combobox', { name: 'Compute on' }).selectOption('wasm');
  await dialog.getByRole('button', { name: 'Start' }).click();
  await expect(dialog.getByText(/Step [1-9]/)).toBeVisible({ timeout: 20_000 });
  return dialog;
}

const stepOf = async (dialog: Locator) =>
  Number(/Step ([\d,]+)/.exec(await dialog.innerText())?.[1]?.replace(',', ''));

/** Where the pointer draws a one: a stroke from the top to the bottom. */
async function drawOne(page: Page, pad: Locator): Promise<void> {
  const box = await pad.boundingBox();
  if (box === null) throw new Error('no pad to draw on');
  const at = (share: number) => box.y + box.height * share;
  const middle = box.x + box.width / 2;
  await page.mouse.move(middle, at(0.12));
  await page.mouse.down();
  for (let share = 0.2; share < 0.9; share += 0.1) await page.mouse.move(middle, at(share));
  await page.mouse.up();
}

test('from the start screen to a finetuned model in three clicks, then replayed and tried', async ({
  page,
}) => {
  const begun = Date.now();
  const dialog = await openForm(page);
  await dialog.getByRole('button', { name: 'Start' }).click();
  await expect(dialog.getByRole('img', { name: /^Loss\. training: from/ })).toBeVisible();
  await expect(dialog.getByText('digits-finetuned is in the lineage')).toBeVisible({
    timeout: 60_000,
  });
  expect(Date.now() - begun).toBeLessThan(60_000);
  const loss = await dialog.getByRole('img', { name: /^Loss\./ }).getAttribute('aria-label');
  const [, from, to] = /validation: from ([\d.]+) to ([\d.]+)/.exec(loss ?? '') ?? [];
  expect(Number(to)).toBeLessThan(Number(from));
  await expect(dialog.getByRole('row', { name: /^Accuracy .*\+[\d.]+ points/ })).toBeVisible();

  await dialog.getByRole('button', { name: 'Open model' }).click();
  await expect(page.getByRole('tab', { name: 'Recipe', selected: true })).toBeVisible();
  await expect(page.getByText('Not replayed yet')).toBeVisible();
  expect(await edges(page)).toMatchObject([{ grade: 'declared' }]);
  await page.getByRole('button', { name: 'Replay', exact: true }).click();
  await expect(dialog.getByText('The replay gave the same model, bit for bit')).toBeVisible({
    timeout: 60_000,
  });
  await page.keyboard.press('Escape');
  await expect(page.getByText(/^Re-derived: the recipe was run again/)).toBeVisible();
  expect(await edges(page)).toMatchObject([{ grade: 're-derived' }]);

  await page.getByRole('tab', { name: 'Try' }).click();
  await page.getByRole('button', { name: 'Draw instead' }).click();
  await drawOne(page, page.getByRole('img', { name: /^Draw .* here/ }));
  const likeliest = page.getByRole('region', { name: 'Result' }).locator('li.top').first();
  await expect(likeliest).toHaveText(/^\s*1\s+\d+\.\d %\s*$/);
});

test('a run is paused, goes on, and ends early with the best so far as the model', async ({
  page,
}) => {
  const dialog = await startLong(page);
  await dialog.getByRole('button', { name: 'Pause' }).click();
  await expect(dialog.getByText('Paused.')).toBeVisible();
  await page.waitForTimeout(500);
  const paused = await stepOf(dialog);
  await page.waitForTimeout(1000);
  expect(await stepOf(dialog)).toBe(paused);
  await dialog.getByRole('button', { name: 'Continue' }).click();
  await expect.poll(() => stepOf(dialog)).toBeGreaterThan(paused);
  await dialog.getByRole('button', { name: 'Finish now and keep the best' }).click();
  await expect(dialog.getByText('digits-finetuned is in the lineage')).toBeVisible({
    timeout: 20_000,
  });
  expect(await brokenInvariants(page)).toEqual([]);
});

test('a cancelled run leaves nothing, and can be changed and started again', async ({ page }) => {
  const dialog = await startLong(page);
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await expect(dialog.getByText('Cancelled; nothing of it was kept.')).toBeVisible();
  expect(await names(page)).toEqual(['digits']);
  expect(await page.evaluate(() => mgit.pendingJobs())).toEqual([]);
  await dialog.getByRole('button', { name: 'Change and try again…' }).click();
  await expect(dialog.getByRole('spinbutton', { name: 'Epochs' })).toHaveValue('900');
  expect(await brokenInvariants(page)).toEqual([]);
});

test('what a closed tab interrupted is offered again: to go on with, or to discard', async ({
  context,
}) => {
  const page = await context.newPage();
  await startLong(page);
  await page.close({ runBeforeUnload: false });
  const again = await context.newPage();
  await openApp(again);
  const banner = again.getByRole('status').filter({ hasText: 'was interrupted' });
  await banner.getByRole('button', { name: 'Continue' }).click();
  const dialog = dialogOf(again);
  await expect(dialog.getByText(/Step [1-9]/)).toBeVisible({ timeout: 20_000 });
  await again.close({ runBeforeUnload: false });
  const third = await context.newPage();
  await openApp(third);
  await third.getByRole('button', { name: 'Discard' }).click();
  await expect(third.getByText('was interrupted')).toHaveCount(0);
  expect(await third.evaluate(() => mgit.pendingJobs())).toEqual([]);
  expect(await names(third)).toEqual(['digits']);
  expect(await brokenInvariants(third)).toEqual([]);
});
