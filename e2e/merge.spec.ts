import { expect, test, type Page } from 'playwright/test';
import { brokenInvariants, openApp } from './app.ts';

/** Loads the digits, and trains two versions of their model that both change its last layer. */
async function openVersions(page: Page): Promise<void> {
  await openApp(page);
  await page.getByRole('button', { name: 'Load digits to train on' }).click();
  await expect(page.getByRole('button', { name: 'Train it…' })).toBeVisible({ timeout: 20_000 });
  await page.evaluate(async () => {
    const { nodes, datasets } = await mgit.graph();
    const [parent, data] = [nodes[0]?.name ?? '', datasets[0]?.name ?? ''];
    const version = (name: string, seed: number, tensors: readonly string[]) =>
      mgit.create('finetune', {
        parents: [parent],
        data: [data],
        name,
        seed,
        device: 'wasm',
        asVersion: true,
        args: { layers: 'tensors', tensors, epochs: 1 },
      });
    await version('left', 1, ['conv2.weight', 'fc3.weight', 'fc3.bias']);
    await version('right', 2, ['conv1.weight', 'fc3.weight', 'fc3.bias']);
    await mgit.saveTest({
      name: 'reads digits',
      function: 'classification',
      data: { dataset: data, part: 'test' },
      bindings: [{ is: 'node', node: parent as never, descendants: true }],
      tolerances: { accuracy: { is: 'absolute', value: 0.2 } },
    });
  });
}

const namesOf = async (page: Page) =>
  (await page.evaluate(() => mgit.graph())).nodes.map(({ name }) => name).sort();

/** Names of the models that a model is made from, by a kind of edge. */
const above = (page: Page, name: string, kind: string) =>
  page.evaluate(
    async ([of, by]) => {
      const { nodes, edges } = await mgit.graph();
      const nameOf = new Map(nodes.map((node) => [node.id, node.name]));
      const found = edges.filter((edge) => edge.kind === by && nameOf.get(edge.to) === of);
      return found.map(({ from }) => nameOf.get(from)).sort();
    },
    [name, kind],
  );

test('two versions are merged on the board: a conflict settled, tests run, one step to undo', async ({
  page,
}) => {
  await openVersions(page);
  await page.keyboard.press('Escape');
  await page.keyboard.press('Control+k');
  await page.keyboard.type('merge left right');
  await page.keyboard.press('Enter');

  const board = page.getByRole('region', { name: 'Merge', exact: true });
  await expect(board.getByText('One layer was changed by both sides')).toBeVisible();
  await expect(board.getByText('Choose for fc3 first.')).toBeVisible();
  const merge = board.getByRole('button', { name: 'Merge', exact: true });
  await expect(merge).toBeDisabled();
  await expect(board.getByRole('row', { name: /^conv1 .*Possible conflict/ })).toBeVisible();

  // A look at the layer, by keys, and then the choice.
  await board.getByRole('button', { name: 'fc3', exact: true }).press('Enter');
  const layer = board.getByRole('region', { name: 'Layer fc3' });
  await expect(layer.getByRole('row', { name: /^weight \[10, 84\]/ })).toBeVisible();
  await board.getByRole('button', { name: 'fc3', exact: true }).press('a');
  await expect(board.getByText('2 possible conflicts are left to the tests')).toBeVisible();

  await board.getByRole('button', { name: 'Run 1 test' }).click();
  const results = board.getByRole('region', { name: 'Test results' });
  await expect(results.getByRole('row', { name: /^reads digits Accuracy .*kept/ })).toBeVisible({
    timeout: 30_000,
  });
  await board.getByRole('textbox', { name: 'Name' }).fill('both');
  await merge.click();
  await expect(page.getByText('Merged left and right into both.')).toBeVisible({ timeout: 30_000 });
  await expect(board).toBeHidden();

  await page.reload();
  await page.waitForFunction(() => 'mgit' in globalThis);
  expect(await above(page, 'both', 'version')).toEqual(['left', 'right']);
  expect(await above(page, 'both', 'provenance')).toEqual(['digits', 'left', 'right']);
  expect(await brokenInvariants(page)).toEqual([]);

  await page.evaluate(() => mgit.undo());
  expect(await namesOf(page)).toEqual(['digits', 'left', 'right']);
  await page.evaluate(() => mgit.redo());

  const replay = await page.evaluate(() => mgit.replay('both'));
  expect(replay.grade.is).toBe('equal-bits');
});
