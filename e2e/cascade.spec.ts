import { expect, test, type Page } from 'playwright/test';
import { brokenInvariants, openApp } from './app.ts';

const named = async (page: Page) => {
  const { nodes, edges } = await page.evaluate(() => mgit.graph());
  const name = (id: string) => nodes.find((node) => node.id === id)?.name ?? '';
  return {
    nodes: nodes.map((node) => node.name).sort(),
    rejected: nodes.filter(({ tags }) => tags.includes('rejected')).map((node) => node.name),
    snapshots: Object.fromEntries(nodes.map((node) => [node.name, node.snapshot])),
    versions: edges
      .filter(({ kind }) => kind === 'version')
      .map(({ from, to }) => `${name(from)} → ${name(to)}`)
      .sort(),
    parents: (child: string) =>
      edges
        .filter(({ kind, to }) => kind === 'provenance' && name(to) === child)
        .map(({ from }) => name(from))
        .sort(),
  };
};

/**
 * The digits model with two finetuned children and their average, a pruned child of one and its half
 * precision, a new version of the digits model, and tests: one that all pass, one that the new pruned model
 * cannot, as it must answer as the old one does.
 */
async function digitsFamily(page: Page): Promise<void> {
  await openApp(page);
  await page.evaluate(async () => {
    const file = async (name: string) =>
      new File([await (await fetch(`digits/${name}`)).blob()], name);
    await mgit.import([await file('digits.onnx')]);
    await mgit.addDataset(
      [await file('images.idx3-ubyte.gz'), await file('labels.idx1-ubyte.gz')],
      { name: 'writers' },
    );
    const trained = { data: ['writers'], device: 'wasm' } as const;
    const finetune = (parent: string, name: string, seed: number, asVersion: boolean) =>
      mgit.create('finetune', {
        parents: [parent],
        ...trained,
        args: { epochs: 1, batchSize: 64 },
        name,
        seed,
        asVersion,
      });
    await finetune('digits', 'left', 1, false);
    await finetune('digits', 'right', 2, false);
    await mgit.create('linear-average', { parents: ['left', 'right'], name: 'both' });
    await mgit.create('prune', { parents: ['left'], name: 'pruned', args: { sparsity: 0.6 } });
    await mgit.create('quantise-fp16', { parents: ['pruned'], name: 'half' });
    await finetune('digits', 'digits-2', 3, true);
    await mgit.saveTest({
      name: 'Reads digits',
      function: 'classification',
      data: 'writers',
      bindings: [{ is: 'all' }],
      success: [{ metric: 'accuracy', is: 'at-least', value: 0.5 }],
      tolerances: {
        accuracy: { is: 'absolute', value: 1 },
        loss: { is: 'absolute', value: 100 },
      },
    });
    await mgit.saveTest({
      name: 'Answers as before',
      function: 'agreement',
      arguments: { with: 'model', model: 'pruned' },
      data: 'writers',
      bindings: [{ is: 'node', node: 'pruned', descendants: false }],
      success: [],
    });
  });
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
  const made = panel.getByRole('list', { name: 'Models to be made' });
  await expect(made.getByRole('listitem')).toHaveCount(5);
  await expect(made.getByRole('listitem', { name: 'both' })).toContainText('left → left@2');
  await expect(made.getByRole('listitem', { name: 'left' })).toContainText('1 epoch of writers');
  await expect(made.getByRole('listitem', { name: 'pruned' })).toContainText('checked by 2 tests');
  await expect(panel.getByText(/^5 models · about/)).toBeVisible();

  // A choice is planned anew at once, and taken back.
  await made.getByRole('combobox', { name: 'How right is made' }).selectOption('keep');
  await expect(made.getByRole('listitem')).toHaveCount(4);
  await panel.getByRole('button', { name: 'Back to what is proposed' }).click();
  await expect(made.getByRole('listitem')).toHaveCount(5);

  await panel.getByRole('combobox', { name: 'Compute on' }).selectOption('wasm');
  await panel.getByRole('button', { name: 'Start the update' }).click();
  await expect(
    panel.getByText(/^3 models brought up to date; 1 rejected; 1 not begun/),
  ).toBeVisible({ timeout: 60_000 });
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
