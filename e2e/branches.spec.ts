import { readFileSync } from 'node:fs';
import { expect, test, type Page } from 'playwright/test';
import { brokenInvariants, exportedHashes, openApp } from './app.ts';
import { openDigits } from './digits.ts';

/** The digits model and its data, and a version of it made here, with branches at it. */
async function begin(page: Page): Promise<void> {
  await openDigits(page);
  await revise(page, 'digits', 'v2', 1);
  await page.evaluate(async () => {
    await mgit.addBranch('production', 'v2');
    await mgit.addBranch('alice', 'v2');
  });
}

/** Trains the next version of a model. */
async function revise(page: Page, from: string, name: string, seed: number): Promise<void> {
  await page.evaluate(
    async ([parent, wanted, chosen]) => {
      const order = { parents: [parent], data: ['writers'], seed: chosen, name: wanted };
      const made = await mgit.create('finetune', { ...order, args: { epochs: 1 }, device: 'wasm' });
      const child = made.models[0]?.id;
      const { nodes } = await mgit.graph();
      const before = nodes.find((node) => node.name === parent)?.id;
      if (child === undefined || before === undefined) throw new Error('nothing was made');
      await mgit.connect('version', before, child);
    },
    [from, name, seed] as const,
  );
}

/** The lineage as a person downloads it. */
async function exported(page: Page): Promise<Buffer> {
  await openBranches(page);
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Export the lineage' }).click();
  const file = await download;
  expect(file.suggestedFilename()).toBe('lineage.mgit.zip');
  return readFileSync(await file.path());
}

async function openBranches(page: Page): Promise<void> {
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox', { name: 'Command or model' }).fill('Branches');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('region', { name: 'Branches', exact: true }).first()).toBeVisible();
}

/** Gives a page a lineage file as a drop does. */
async function give(page: Page, buffer: Buffer, name = 'theirs.mgit.zip') {
  await page.locator('#import-files').setInputFiles([{ name, mimeType: '', buffer }]);
  return page.getByRole('region', { name: `Comparison with ${name}` });
}

const branchHeads = (page: Page) =>
  page.evaluate(async () => {
    const { nodes, branches } = await mgit.graph();
    const names = new Map(nodes.map(({ id, name }) => [id, name]));
    return Object.fromEntries(branches.map(({ name, head }) => [name, names.get(head)]));
  });

const graphOf = (page: Page) => page.evaluate(() => mgit.graph());
const names = async (page: Page) => (await graphOf(page)).nodes.map(({ name }) => name).sort();
const row = (page: Page, name: string) =>
  page
    .getByRole('list', { name: 'Branches of this lineage' })
    .getByRole('listitem')
    .filter({ has: page.locator(`strong:text-is("${name}")`) });

test('two lineages diverge, are exchanged by file, compared, taken in and undone in one step', async ({
  page: left,
  browser,
}) => {
  test.setTimeout(240_000);
  await begin(left);
  const context = await browser.newContext({ serviceWorkers: 'block' });
  const right = await context.newPage();
  await openApp(right);

  // All of it into an empty store: the equal graph, byte for byte.
  const first = await give(right, await exported(left));
  await expect(first).toContainText('0 models shared · 2 only there · 0 only here');
  await first.getByRole('button', { name: 'Take in 2 models' }).click();
  await expect(first.getByText(/2 models taken in/)).toBeVisible({ timeout: 30_000 });
  expect(await graphOf(right)).toEqual(await graphOf(left));
  for (const { id } of (await graphOf(left)).nodes)
    expect(await exportedHashes(right, id)).toEqual(await exportedHashes(left, id));

  // Both go on: production in two ways, alice only on the right.
  await revise(left, 'v2', 'left3', 2);
  await left.evaluate(() => mgit.moveBranch('production', 'left3', 'better on our writers'));
  await revise(right, 'v2', 'right3', 3);
  await right.evaluate(async () => {
    await mgit.moveBranch('production', 'right3');
    await mgit.moveBranch('alice', 'right3');
  });
  const before = await graphOf(left);
  const second = await give(left, await exported(right));
  await expect(second).toContainText('1 revised on both sides');
  const pairs = second.getByRole('list', { name: 'Branches of both lineages' });
  const pair = (name: string) => pairs.getByRole('listitem').filter({ hasText: name });
  await expect(pair('alice')).toContainText('ahead there');
  await expect(pair('production')).toContainText('gone two ways');
  await expect(
    second.getByRole('button', { name: 'Take in right3 and merge it with left3' }),
  ).toBeVisible();
  await second.getByRole('button', { name: 'Take in 1 model' }).click();
  await expect(second.getByText(/1 model taken in/)).toBeVisible({ timeout: 30_000 });
  const merged = { production: 'left3', alice: 'right3', 'theirs/production': 'right3' };
  expect(await branchHeads(left)).toEqual(merged);
  await expect(second.getByText('They add nothing that is not here.')).toBeVisible();
  await expect(row(left, 'production')).toContainText('gone another way than theirs/production');
  await expect(
    row(left, 'production').getByRole('button', { name: 'Merge left3 and right3' }),
  ).toBeVisible();
  expect(await brokenInvariants(left)).toEqual([]);

  // One step back and forth; it lasts.
  await left.evaluate(() => mgit.undo());
  expect(await graphOf(left)).toEqual(before);
  await left.evaluate(() => mgit.redo());
  await openApp(left);
  expect(await branchHeads(left)).toEqual(merged);
  expect(await names(left)).toEqual(['digits', 'left3', 'right3', 'v2']);

  // The other way round: both end with the same models.
  const third = await give(right, await exported(left));
  await third.getByRole('button', { name: 'Take in 1 model' }).click();
  await expect(third.getByText(/1 model taken in/)).toBeVisible({ timeout: 30_000 });
  expect(await names(right)).toEqual(await names(left));
  await context.close();
});

test('a branch is made, fast-forwarded, moved with a reason, renamed and removed', async ({
  page,
}) => {
  await begin(page);
  await page.getByRole('option', { name: /^digits/ }).click();
  await page.getByRole('button', { name: 'New branch here…' }).click();
  await page.getByRole('textbox', { name: 'New branch' }).fill('stable');
  await page.keyboard.press('Enter');
  await expect(row(page, 'stable')).toContainText('1 newer version, up to v2');
  await page.getByRole('button', { name: 'Fast-forward stable to v2' }).click();
  await expect(row(page, 'stable')).toContainText('at the newest version');
  expect(await branchHeads(page)).toMatchObject({ stable: 'v2' });

  await page.getByRole('button', { name: 'Move stable', exact: true }).click();
  await page.getByRole('textbox', { name: 'Reason' }).fill('v2 was too sure of itself');
  await page.keyboard.press('Enter');
  await expect(row(page, 'stable')).toContainText('v2 was too sure of itself');
  expect(await branchHeads(page)).toMatchObject({ stable: 'digits' });

  await page.getByRole('button', { name: 'Rename stable', exact: true }).click();
  await page.getByRole('textbox', { name: 'New name of stable' }).fill('old');
  await page.keyboard.press('Enter');
  await expect(row(page, 'old')).toBeVisible();
  await expect(page.getByRole('option', { name: /digits.*branch old/ })).toBeVisible();
  await page.getByRole('button', { name: 'Remove old', exact: true }).click();
  await expect(row(page, 'old')).toHaveCount(0);
  await page.evaluate(() => mgit.undo());
  await expect(row(page, 'old')).toBeVisible();

  const id = (await graphOf(page)).nodes.find(({ name }) => name === 'v2')?.id ?? '';
  await page.evaluate((node) => mgit.remove(node as never), id);
  expect(await branchHeads(page)).toEqual({ production: 'digits', alice: 'digits', old: 'digits' });
});

test('a file that is no lineage is refused with its reason, and changes nothing', async ({
  page,
}) => {
  await openApp(page);
  const refused = await give(page, Buffer.from('no zip at all'), 'bad.mgit.zip');
  await expect(refused.getByRole('alert')).toContainText('bad.mgit.zip is not a lineage');
  expect(await names(page)).toEqual([]);
});
