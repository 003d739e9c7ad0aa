import { expect, test, type Locator, type Page } from 'playwright/test';
import { openApp } from './app.ts';

/* The graph is a canvas: what it shows is read from what it says to screen readers and from its map. */

const canvas = (page: Page) => page.getByRole('application', { name: 'Lineage graph' });
const spoken = (page: Page) => page.locator('section.graph [aria-live]');
const mapFrame = (page: Page) => page.locator('.minimap .frame');
const option = (page: Page, name: string) =>
  page.getByRole('option', { name: new RegExp(`^${name}`) }).first();
const zoom = (page: Page) =>
  page
    .getByTitle('Zoom level')
    .textContent()
    .then((text) => Number.parseInt(text ?? '', 10));

async function loadSample(page: Page): Promise<void> {
  await openApp(page);
  await page.getByRole('button', { name: 'Load the sample lineage' }).click();
  await expect(page.getByText(/14 models added/).first()).toBeVisible({ timeout: 60_000 });
  await expect(canvas(page)).toBeVisible();
  await expect(page.getByText('Legend')).toBeVisible();
}

/** Imports tiny models, each declared the child of an earlier one, and comes near enough for the map. */
async function loadTree(page: Page): Promise<void> {
  await openApp(page);
  await page.evaluate(async () => {
    const header = JSON.stringify({ w: { dtype: 'F32', shape: [2], data_offsets: [0, 8] } });
    const json = new TextEncoder().encode(header.padEnd(Math.ceil(header.length / 8) * 8));
    const length = new BigUint64Array([BigInt(json.length)]);
    const files = Array.from({ length: 60 }, (_, index) => {
      const bytes = crypto.getRandomValues(new Uint8Array(8));
      return new File([length, json, bytes], `m${index}.safetensors`);
    });
    const declared = files.slice(1).map((_, index) => ({
      kind: 'provenance' as const,
      from: `m${Math.floor(index / 3)}`,
      to: `m${index + 1}`,
    }));
    await mgit.import(files, { infer: false, declared });
  });
  await expect(page.getByText('Legend')).toBeVisible();
  await canvas(page).focus();
  for (let press = 0; press < 5; press++) await canvas(page).press('+');
  await expect(mapFrame(page)).toBeVisible();
}

async function boxOf(locator: Locator) {
  const box = await locator.boundingBox();
  if (box === null) throw new Error('not on the page');
  return box;
}

/** Where the map says that the view is. */
async function viewPlace(page: Page): Promise<{ x: number; y: number }> {
  const { x, y } = await boxOf(mapFrame(page));
  return { x: Math.round(x), y: Math.round(y) };
}

test('the sample is fitted with names large enough to read', async ({ page }) => {
  await loadSample(page);
  // Labels have 12 pixels at 100 %.
  await expect.poll(() => zoom(page)).toBeGreaterThanOrEqual(75);
});

test('the arrow keys walk along edges and say whose relative each model is', async ({ page }) => {
  await loadSample(page);
  await option(page, 'v3_2021-09').click();
  await canvas(page).focus();
  await canvas(page).press('Home');
  const { nodes, edges } = await page.evaluate(() => mgit.graph());
  const nameOf = (id: string) => nodes.find((node) => node.id === id)?.name ?? '';
  for (let step = 0; step < 3; step++) {
    const before = (await spoken(page).textContent())?.split(', ')[0] ?? '';
    await canvas(page).press('ArrowDown');
    await expect(spoken(page)).not.toHaveText(new RegExp(`^${before}, `));
    const after = (await spoken(page).textContent())?.split(', ')[0] ?? '';
    const joined = edges.some(({ from, to }) => nameOf(from) === before && nameOf(to) === after);
    expect(joined, `${before} → ${after}`).toBe(true);
    await expect(spoken(page)).toContainText(before);
  }
});

test('a box drawn with Shift selects every model in it', async ({ page }) => {
  await loadSample(page);
  const { x, y, width, height } = await boxOf(canvas(page));
  await page.waitForTimeout(500);
  await page.keyboard.down('Shift');
  await page.mouse.move(x + 4, y + 60);
  await page.mouse.down();
  await page.mouse.move(x + width / 2, y + height / 2, { steps: 4 });
  await page.mouse.move(x + width - 60, y + height - 60, { steps: 4 });
  await page.mouse.up();
  await page.keyboard.up('Shift');
  await expect(page.getByRole('heading', { name: '14 models selected' })).toBeVisible();
});

test('a line of versions folds, and a search opens it at the model it holds', async ({ page }) => {
  await loadSample(page);
  await option(page, 'v4_2022-06').click();
  await page.getByRole('button', { name: 'Fold versions' }).click();
  await expect(page.getByText('the rest is folded', { exact: false })).toBeVisible();
  await expect(page.getByRole('button', { name: 'Unfold versions' })).toBeVisible();

  await page.getByRole('searchbox', { name: 'Search models' }).fill('v3_2021-06');
  await page.getByRole('button', { name: 'Next match' }).click();
  await expect(spoken(page)).toHaveText(/^v3_2021-06/);
  await expect(page.getByText('the rest is folded', { exact: false })).toBeHidden();
});

test('dragging on the map moves the view', async ({ page }) => {
  await page.setViewportSize({ width: 1600, height: 900 });
  await loadTree(page);
  const before = await viewPlace(page);
  const { x, y, width, height } = await boxOf(page.locator('.minimap'));
  await page.mouse.move(x + width / 2, y + height / 2);
  await page.mouse.down();
  await page.mouse.move(x + width - 12, y + height / 2, { steps: 5 });
  await page.mouse.up();
  await expect.poll(async () => (await viewPlace(page)).x).toBeGreaterThan(before.x + 10);
});

test.describe('by touch', () => {
  test.use({ hasTouch: true });

  test('one finger moves the view', async ({ page, context }) => {
    await page.setViewportSize({ width: 1600, height: 900 });
    await loadTree(page);
    const before = await viewPlace(page);
    const { x, y, width, height } = await boxOf(canvas(page));
    const cdp = await context.newCDPSession(page);
    const at = (dx: number) => [{ x: x + width / 2 + dx, y: y + height * 0.3 }];
    await cdp.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: at(0) });
    for (let dx = -20; dx >= -200; dx -= 20)
      await cdp.send('Input.dispatchTouchEvent', { type: 'touchMove', touchPoints: at(dx) });
    await cdp.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
    // The finger went left, so the view goes right.
    await expect.poll(async () => (await viewPlace(page)).x).toBeGreaterThan(before.x + 5);
  });
});
