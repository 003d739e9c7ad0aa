import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { expect, test, type Page } from 'playwright/test';
import { openApp } from './app.ts';

/** A family stored badly: children before their base, and no edge to go by. */
async function importBadly(page: Page): Promise<void> {
  await page.evaluate(async () => {
    const sizes = { 'conv1.weight': 9000, 'conv2.weight': 60_000, 'fc.weight': 30_000 };
    const model = (name: string, seed: number) => {
      const header: Record<string, object> = {};
      let offset = 0;
      const arrays = Object.entries(sizes).map(([key, size], place) => {
        const values = Float32Array.from({ length: size }, (_, i) => {
          const base = Math.sin((place + 1) * (i + 1) * 12.9898) * 0.1;
          return place === 0 ? base : base + Math.cos(seed * (i + 3) * 78.233) * 3e-4;
        });
        header[key] = { dtype: 'F32', shape: [size], data_offsets: [offset, offset + 4 * size] };
        offset += 4 * size;
        return values;
      });
      const text = new TextEncoder().encode(JSON.stringify(header));
      const head = new Uint8Array(8);
      new DataView(head.buffer).setUint32(0, text.length, true);
      return new File([head, text, ...arrays], `${name}.safetensors`);
    };
    for (const [index, name] of ['child-a', 'child-b', 'base'].entries())
      await mgit.import([model(name, index)], { infer: false });
    await mgit.infer();
  });
}

/** What a person reads in the ledger, in bytes, by its label. */
async function ledger(page: Page): Promise<Record<string, number>> {
  const rows = page.getByRole('table').filter({ hasText: 'Files, as they would lie' });
  const lines: Record<string, number> = {};
  for (const row of await rows.getByRole('row').all()) {
    const [label, bytes] = [row.getByRole('rowheader'), row.getByRole('cell')];
    if ((await label.count()) === 0) continue;
    const figure = (await bytes.innerText()).replaceAll(',', '').replace('−', '-');
    lines[(await label.innerText()).trim()] = Number(figure);
  }
  return lines;
}

const view = (page: Page) => page.getByRole('region', { name: 'Where the bytes are' });

async function violations(page: Page): Promise<string[]> {
  await page.evaluate(
    readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8'),
  );
  return page.evaluate(async () => {
    const { axe } = globalThis as unknown as {
      axe: { run(): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> };
    };
    const found = (await axe.run()).violations;
    return found.flatMap(({ id, nodes }) =>
      nodes.map(({ html }) => `${id}: ${html.slice(0, 120)}`),
    );
  });
}

test('a person sees where the bytes are, has them stored in fewer, and the sums agree', async ({
  page,
}) => {
  await openApp(page);
  await importBadly(page);
  await page.getByRole('button', { name: 'Where the bytes are', exact: true }).click();
  await expect(view(page).getByText(/^3 models/)).toBeVisible();
  const deltas = view(page).getByRole('listitem').filter({ hasText: 'Exact deltas' }).first();
  await expect(deltas).toContainText('nothing kept this way');

  await page.getByRole('button', { name: 'Repack advice…' }).click();
  await page.getByRole('button', { name: 'Look for savings' }).click();
  await expect(page.getByText(/^About .* less$/)).toBeVisible({ timeout: 30_000 });
  await expect(view(page).getByText(/A smaller way to store this was found/)).toBeVisible();
  expect(await violations(page)).toEqual([]);
  await page.getByRole('button', { name: 'Store in fewer bytes' }).click();
  await expect(page.getByRole('heading', { name: 'Done' })).toBeVisible({ timeout: 30_000 });
  await expect(deltas).toContainText('where used');

  await view(page)
    .getByText(/^It adds up/)
    .click();
  const lines = await ledger(page);
  const said = await page.evaluate(() => mgit.storage());
  expect(lines['Files, as they would lie in a folder']).toBe(said.rawBytes);
  expect(lines['Stored']).toBe(said.storedBytes);
  expect(lines['Used, as the browser says']).toBeGreaterThan(said.storedBytes);
  const figures = Object.entries(lines);
  const until = figures.findIndex(([label]) => label === 'Stored');
  expect(figures.slice(0, until).reduce((sum, [, bytes]) => sum + bytes, 0)).toBe(said.storedBytes);
});

test('the map leads by keys from a model to a tensor, and to what that is a difference to', async ({
  page,
}) => {
  await openApp(page);
  await importBadly(page);
  // Which of them the others lean on is the plan's to choose.
  const leaning = await page.evaluate(async () => {
    await mgit.repack.run((await mgit.repack.plan()).id);
    for (const { id, name } of (await mgit.graph()).nodes) {
      const row = (await mgit.tensors(id)).find((one) => one.name === 'conv2.weight');
      if (row?.storage?.bases.length === 1) return name;
    }
    throw new Error('nothing leans on anything');
  });
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox', { name: 'Command or model' }).fill('where the bytes are');
  await page.keyboard.press('Enter');
  const models = page.getByRole('listbox', { name: 'Models by bytes' });
  await models.focus();
  for (const key of ['Home', 'ArrowRight', 'ArrowDown', 'ArrowLeft', 'ArrowUp']) {
    await page.keyboard.press(key);
    if ((await models.getByRole('option').innerText()).startsWith(leaning)) break;
  }
  await page.keyboard.press('Enter');
  const tensors = page.getByRole('listbox', { name: /^Tensors of/ });
  await expect(tensors.getByRole('option')).toContainText('conv2.weight');
  await page.keyboard.press('Enter');
  const tensor = page.getByRole('region', { name: 'Tensor conv2.weight' });
  await expect(tensor).toContainText('Kept as the exact difference to conv2.weight of');
  await expect(tensor).toContainText(/Reading it takes .* 1 step deep/);
  await tensor.getByRole('button', { name: 'conv2.weight' }).click();
  await expect(page.getByRole('region', { name: 'Tensor conv2.weight' })).toContainText(
    'by itself',
  );

  await tensors.focus();
  await page.keyboard.press('Escape');
  await expect(models).toBeVisible();
  await page.getByLabel('Show', { exact: true }).selectOption('table');
  const table = page.getByRole('table', { name: 'Models by bytes' });
  await table.getByRole('button', { name: /^Name/ }).click();
  await expect(table.getByRole('row').nth(1)).toContainText('base');
  await page.keyboard.press('Escape');
  await expect(table).toHaveCount(0);
});
