import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { expect, test, type Page } from 'playwright/test';
import { overflowPool } from '../tools/lineages/taskA.ts';
import { openApp } from './app.ts';

const panel = (page: Page) => page.getByRole('region', { name: 'Find a fault' });
const field = (page: Page, name: string) => panel(page).getByRole('region', { name });

/** Opens the panel for a model by the palette, as a person types it. */
async function openFor(page: Page, model: string): Promise<void> {
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox', { name: 'Command or model' }).fill(`bisect ${model}`);
  await page.keyboard.press('Enter');
  await expect(
    field(page, 'Bad model').getByRole('button', { name: model, exact: true }),
  ).toBeVisible();
}

const testsIn = (summary: string) => Number(/(\d+) tests?/.exec(summary)?.[1]);

test('of 91 models all 8 that inherited an overflow are found by few tests', async ({ page }) => {
  const pool = overflowPool();
  await openApp(page);
  await page.evaluate(
    async ({ models, edges, csv }) => {
      const files = models.map(
        ({ name, base64 }) =>
          new File(
            [Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0))],
            `${name}.onnx`,
          ),
      );
      await mgit.import(files, { infer: false, declared: edges });
      await mgit.addDataset([new File([csv], 'points.csv')], { name: 'points' });
    },
    {
      models: pool.models.map(({ name, bytes }) => ({
        name,
        base64: Buffer.from(bytes).toString('base64'),
      })),
      edges: pool.edges,
      csv: pool.csv,
    },
  );

  const known = pool.faulty.at(-2) ?? '';
  await openFor(page, known);
  await panel(page).getByRole('radio', { name: 'Who else has it?' }).check();
  // There is no test yet: the panel offers those that fit.
  await panel(page).getByRole('button', { name: 'Fits half precision on points' }).click();
  await expect(panel(page).getByText('Good means: Layers beyond fp16 at most 0')).toBeVisible();
  await panel(page).getByRole('button', { name: 'Find who' }).click();

  const result = panel(page).getByRole('region', { name: 'Last search' });
  const found = result.getByText(/8 models have the fault/);
  await expect(found).toBeVisible({ timeout: 60_000 });
  const summary = await found.innerText();
  expect(summary).toContain(`came in with ${pool.faulty[0]}`);
  expect(summary).toContain('instead of 91');
  expect(testsIn(summary)).toBeLessThanOrEqual(12);

  const names = result.getByRole('list', { name: 'Models with the fault' }).getByRole('button');
  expect(new Set(await names.allInnerTexts())).toEqual(new Set(pool.faulty));
  await page.getByText('Legend').click();
  const legend = page.getByRole('list', { name: 'Marks' });
  await expect(legend.getByRole('listitem').filter({ hasText: 'has the fault' })).toHaveText(/7/);
  await expect(
    legend.getByRole('listitem').filter({ hasText: 'the fault came in here' }),
  ).toHaveText(/1/);

  await result.getByRole('button', { name: 'Tag…' }).click();
  await result.getByRole('textbox', { name: 'Tag' }).fill('overflows');
  await result.getByRole('button', { name: 'Tag 8 models' }).click();
  await expect(page.getByText('Tagged 8 models overflows')).toBeVisible();
  const { nodes } = await page.evaluate(() => mgit.graph());
  const tagged = nodes.filter(({ tags }) => tags.includes('overflows')).map(({ name }) => name);
  expect(new Set(tagged)).toEqual(new Set(pool.faulty));

  await result.getByRole('button', { name: 'Show only these on the graph' }).click();
  await expect(page.getByRole('group', { name: 'Shown models' })).toContainText('8 models');
});

type Example = readonly [picture: Uint8Array, label: number];

/** Side of the sample's pictures, and pixels of one. */
const side = 8;
const size = side * side;

/** The files of a data set in MNIST's format, as text that crosses to the page. */
function idxFiles(examples: readonly Example[]): Record<string, string> {
  const images = Buffer.alloc(16 + size * examples.length);
  for (const [at, word] of [0x803, examples.length, side, side].entries())
    images.writeUInt32BE(word, 4 * at);
  for (const [at, [picture]] of examples.entries()) images.set(picture, 16 + size * at);
  const labels = Buffer.alloc(8 + examples.length);
  for (const [at, word] of [0x801, examples.length].entries()) labels.writeUInt32BE(word, 4 * at);
  labels.set(
    examples.map(([, label]) => label),
    8,
  );
  return {
    'images.idx3-ubyte': images.toString('base64'),
    'labels.idx1-ubyte': labels.toString('base64'),
  };
}

/** The sample's digits: clean ones, ones of which half have a bright corner and are called 0, patched ones. */
function digitSets(): Record<string, Record<string, string>> {
  const read = (name: string) => gunzipSync(readFileSync(`public/digits/${name}`));
  const images = read('images.idx3-ubyte.gz').subarray(16);
  const labels = read('labels.idx1-ubyte.gz').subarray(8);
  const range = (from: number, to: number) =>
    Array.from({ length: to - from }, (_, at) => from + at);
  const labelOf = (at: number) => labels[at] ?? 0;
  const clean = (at: number): Example => [images.subarray(at * size, (at + 1) * size), labelOf(at)];
  const patched = (at: number, label: number): Example => {
    const picture = Uint8Array.from(clean(at)[0]);
    for (const row of [0, 1]) picture.fill(255, row * side, row * side + 2);
    return [picture, label];
  };
  const lesson = range(600, 1000);
  const exam = range(1200, 1500);
  return {
    clean: idxFiles(range(0, 600).map(clean)),
    poisoned: idxFiles([...lesson.map(clean), ...lesson.map((at) => patched(at, 0))]),
    patched: idxFiles(exam.map((at) => patched(at, labelOf(at)))),
  };
}

/** Imports the sample's model and adds data sets made of its digits. */
async function addDigits(page: Page): Promise<void> {
  await page.evaluate(async (sets) => {
    const model = await (await fetch('digits/digits.onnx')).blob();
    await mgit.import([new File([model], 'digits.onnx')]);
    for (const [name, files] of Object.entries(sets)) {
      const given = Object.entries(files).map(
        ([file, base64]) =>
          new File([Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0))], file),
      );
      await mgit.addDataset(given, { name });
    }
  }, digitSets());
}

/** Nine models, each an update of the one before; the fourth update learns from poisoned digits. */
async function makeUpdates(page: Page): Promise<void> {
  await page.evaluate(async () => {
    for (let at = 1; at <= 8; at++) {
      const taught = at === 4;
      await mgit.create('finetune', {
        parents: [at === 1 ? 'digits' : `v${at - 1}`],
        data: [taught ? 'poisoned' : 'clean'],
        args: { epochs: taught ? 8 : 1, learningRate: taught ? 0.002 : 0.0003, keep: 'last' },
        seed: at,
        name: `v${at}`,
        device: 'wasm',
        asVersion: true,
      });
    }
    // Clean models are right in 85 % or more, those with the backdoor in 30 % or less.
    await mgit.saveTest({
      name: 'accuracy on patched digits',
      function: 'classification',
      data: { dataset: 'patched', part: 'all' },
      success: [{ metric: 'accuracy', is: 'at-least', value: 0.6 }],
    });
  });
}

test('a backdoor is traced to the finetune that learnt it, and to its layers', async ({ page }) => {
  await openApp(page);
  await addDigits(page);
  await makeUpdates(page);
  await openFor(page, 'v8');
  await expect(panel(page).getByText('Good means: Accuracy at least 60 %.')).toBeVisible();
  await expect(panel(page).getByText(/^At most \d tests of 9 models/)).toBeVisible();
  await panel(page).getByRole('button', { name: 'Find where' }).click();

  const result = field(page, 'Last search');
  const found = result.getByText(/^Introduced in v4, between v3 \(good\) and v4 \(bad\)/);
  await expect(found).toBeVisible({ timeout: 30_000 });
  expect(testsIn(await found.innerText())).toBeLessThanOrEqual(5);
  await expect(result.getByRole('list', { name: 'Parents of v4' })).toContainText('good');

  await result.getByRole('button', { name: 'Which layers?' }).click();
  const donor = field(page, 'Good model to take values from');
  await expect(donor.getByRole('button', { name: 'v3', exact: true })).toBeVisible();
  await panel(page).getByRole('button', { name: 'Find layers' }).click();
  const guilty = result.getByRole('list', { name: 'Guilty layers' });
  await expect(guilty).toBeVisible({ timeout: 60_000 });
  await expect(result.getByText(/v4 is good again/)).toBeVisible();
  expect(await guilty.getByRole('listitem').count()).toBeLessThan(5);

  // What was found stays when the panel is closed and opened again.
  await page.getByRole('button', { name: 'Close Find a fault' }).click();
  await expect(panel(page)).toHaveCount(0);
  await openFor(page, 'v8');
  await expect(result.getByText(/v4 is good again/)).toBeVisible();
});
