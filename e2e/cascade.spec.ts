import { expect, test, type Locator } from 'playwright/test';
import { brokenInvariants } from './app.ts';
import { digitsFamily, named } from './cascadeFamily.ts';

/** The preview tells of the diamond, of recipes and tests; a choice is planned anew at once. */
async function readPlan(panel: Locator): Promise<void> {
  const made = panel.getByRole('list', { name: 'Models to be made' });
  await expect(made.getByRole('listitem')).toHaveCount(5);
  await expect(made.getByRole('listitem', { name: 'both' })).toContainText('left → left@2');
  await expect(made.getByRole('listitem', { name: 'left' })).toContainText('1 epoch of writers');
  await expect(made.getByRole('listitem', { name: 'pruned' })).toContainText('checked by 2 tests');
  await expect(panel.getByText(/^5 models · /)).toBeVisible();

  // A choice is planned anew at once, and taken back.
  await made.getByRole('combobox', { name: 'How right is made' }).selectOption('keep');
  await expect(made.getByRole('listitem')).toHaveCount(4);
  await panel.getByRole('button', { name: 'Back to what is proposed' }).click();
  await expect(made.getByRole('listitem')).toHaveCount(5);
}

/** What became of each model, with reasons, and old beside new on every test. */
async function readSummary(panel: Locator): Promise<void> {
  const items = panel.getByRole('list', { name: 'Models of the update' });
  await expect(items.getByRole('listitem').filter({ hasText: 'pruned →' })).toContainText(
    'rejected',
  );
  await expect(items.getByRole('listitem').filter({ hasText: 'half →' })).toContainText(
    'not begun',
  );
  const table = panel.getByRole('table', { name: 'Old and new on every test' });
  await expect(
    table.getByRole('row', { name: /pruned@2 Answers as before.*worse/ }).first(),
  ).toBeVisible();
  await expect(
    table.getByRole('row', { name: /left@2 Reads digits: Accuracy \d+\.\d %/ }),
  ).toBeVisible();
}

test('what is below a model is made again from its new version, judged by its tests, and undone', async ({
  page,
}) => {
  await digitsFamily(page);
  const before = await named(page);

  await page
    .getByRole('option', { name: /^digits(?!-)/ })
    .first()
    .click();
  await page.getByRole('button', { name: 'Update descendants…' }).first().click();
  const panel = page.getByRole('region', { name: 'Update cascade' });
  await readPlan(panel);
  await panel.getByRole('combobox', { name: 'Compute on' }).selectOption('wasm');
  await panel.getByRole('button', { name: 'Start the update' }).click();
  await expect(
    panel.getByText(/^3 models brought up to date; 1 rejected; 1 not begun/),
  ).toBeVisible({ timeout: 60_000 });
  await readSummary(panel);
  const after = await named(page);
  expect(after.nodes.filter((name) => !before.nodes.includes(name))).toEqual([
    'both@2',
    'left@2',
    'pruned@2',
    'right@2',
  ]);
  for (const name of before.nodes) expect(after.snapshots[name]).toBe(before.snapshots[name]);
  expect(after.versions).toEqual([
    'both → both@2',
    'digits → digits-2',
    'left → left@2',
    'right → right@2',
  ]);
  expect(after.parents('both@2')).toEqual(['left@2', 'right@2']);
  expect(after.parents('left@2')).toEqual(['digits-2']);
  expect(after.rejected).toEqual(['pruned@2']);

  await page.reload();
  await expect(page.getByRole('option', { name: /^both@2/ })).toBeVisible();
  expect((await named(page)).nodes).toEqual(after.nodes);
  expect(await page.evaluate(() => mgit.cascade.pending())).toEqual([]);
  await page.keyboard.press('Control+z');
  await expect.poll(async () => (await named(page)).nodes).toEqual(before.nodes);
  expect(await brokenInvariants(page)).toEqual([]);
});
