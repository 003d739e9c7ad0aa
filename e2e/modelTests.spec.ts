import { readFileSync } from 'node:fs';
import { expect, test, type Page } from 'playwright/test';
import { brokenInvariants, openApp } from './app.ts';
import { openDigits } from './digits.ts';

/** The digits model with a finetune, and one that was taught too fast and is worse. */
async function openFamily(page: Page): Promise<void> {
  await openDigits(page);
  await page.evaluate(async () => {
    const made = { data: ['writers'], device: 'wasm' } as const;
    await mgit.create('finetune', {
      ...made,
      parents: ['digits'],
      args: { epochs: 5 },
      name: 'tuned',
    });
    await mgit.create('finetune', {
      ...made,
      parents: ['tuned'],
      args: { epochs: 1, optimizer: 'sgd', learningRate: 0.5, keep: 'last' },
      name: 'rushed',
    });
  });
}

async function runCommand(page: Page, command: string): Promise<void> {
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox', { name: 'Command or model' }).fill(command);
  await page.getByRole('option', { name: command }).first().click();
}

const cell = (page: Page, test: string, model: string) =>
  page.getByRole('button', { name: new RegExp(`^${test} on ${model}:`) });

const form = (page: Page) => page.getByRole('dialog', { name: 'New test' });

/** Opens the form of a new test of this function, and names it. */
async function newTest(page: Page, fn: string, name: string): Promise<void> {
  await page.getByRole('button', { name: 'New test…' }).first().click();
  await form(page).getByRole('radio', { name: fn }).check();
  await form(page).getByLabel('Name', { exact: true }).fill(name);
}

async function addTest(page: Page): Promise<void> {
  await form(page).getByRole('button', { name: 'Add test' }).click();
  await expect(form(page)).toHaveCount(0);
}

async function runStale(page: Page): Promise<void> {
  await page.getByRole('button', { name: /^Run \d+ stale$/ }).click();
  await expect(page.getByRole('button', { name: 'All current' })).toBeVisible({ timeout: 30_000 });
}

async function exported(page: Page, format: string): Promise<string> {
  const download = page.waitForEvent('download');
  await page.getByLabel('Export the results').selectOption(format);
  return readFileSync(await (await download).path(), 'utf8');
}

async function makeFirstTests(page: Page): Promise<void> {
  // The first test by one click: run at once, measured only.
  await page.getByRole('button', { name: /^Accuracy on writers/ }).click();
  await expect(cell(page, 'Accuracy on writers', 'tuned')).toHaveAccessibleName(/measured/);

  // A rule, on the model and all below it.
  await newTest(page, 'Classification', 'Reads digits');
  await form(page).getByRole('button', { name: 'Try it' }).click();
  await expect(form(page).getByRole('region', { name: 'Metrics' })).toBeVisible();
  await form(page).getByLabel('Add a rule').selectOption('accuracy');
  await expect(form(page).getByText(/\(now \d/)).toBeVisible();
  await form(page).getByLabel('Accuracy: value').fill('86');
  await addTest(page);
}

async function makeSliceAndScript(page: Page): Promise<void> {
  // A slice of the data.
  await newTest(page, 'Classification', 'Sevens');
  await form(page).getByLabel('Column of the slice').selectOption({ index: 1 });
  await form(page).getByRole('button', { name: 'Add test' }).click();
  await expect(
    form(page).getByText('choose at least one value of the column').first(),
  ).toBeVisible();
  await form(page).getByRole('checkbox', { name: /^7 / }).check();
  await addTest(page);

  // A script that never ends is stopped, and says so before it is saved.
  await newTest(page, 'Your own script', 'Sure');
  await form(page).getByLabel('Script', { exact: true }).fill('let n = 0;\nwhile (true) n += 1;');
  await form(page).getByRole('button', { name: 'Try it' }).click();
  await expect(form(page).getByText(/could not be run/)).toBeVisible({ timeout: 20_000 });
  await form(page).getByRole('button', { name: 'Put in an example' }).click();
  await form(page).getByRole('button', { name: 'Try it' }).click();
  await expect(
    form(page)
      .getByText(/\d+ of \d+/)
      .first(),
  ).toBeVisible();
  await addTest(page);
}

async function runAndRead(page: Page): Promise<void> {
  const pane = page.getByRole('region', { name: 'Tests', exact: true });
  await runStale(page);
  await expect(cell(page, 'Reads digits', 'tuned')).toHaveAccessibleName(/passes/);
  await expect(cell(page, 'Reads digits', 'rushed')).toHaveAccessibleName(/fails/);
  await expect(cell(page, 'Sevens', 'tuned')).toHaveAccessibleName(/measured/);

  // What got worse than a parent is called out, in the strip and in the detail.
  await expect(pane.getByRole('region', { name: 'Findings' })).toContainText(
    /rushed, Reads digits:\s*Accuracy worse than tuned/,
  );
  await cell(page, 'Reads digits', 'rushed').click();
  const detail = page.getByRole('region', { name: 'Reads digits on rushed' });
  await expect(detail.getByRole('region', { name: 'Metrics' })).toContainText('▼ worse');
  await expect(detail).toContainText('✗ at least 86 %');
  await expect(detail).toContainText('as the model’s recipe used this data');

  // The timeline says which step did it.
  await page.getByRole('tab', { name: 'Timeline' }).click();
  await expect(page.getByRole('tabpanel').filter({ hasText: 'moved most' })).toContainText(
    'from tuned to rushed',
  );
}

async function exportAll(page: Page): Promise<void> {
  // Files for others.
  const csv = await exported(page, 'csv');
  expect(csv.split('\r\n')[0]).toBe(
    'model,test,function,verdict,metric,value,unit,direction,examples,backend,version,at,ms,error',
  );
  expect(csv).toMatch(/^rushed,Reads digits,classification,fail,accuracy,0\.\d+,share,max/m);
  const json = JSON.parse(await exported(page, 'json')) as { results: { verdict: string }[] };
  expect(json.results).toHaveLength(12);
  const failures = await page.evaluate(
    (text) => {
      const xml = new DOMParser().parseFromString(text, 'application/xml');
      return [...xml.querySelectorAll('testcase:has(failure)')].map(
        (one) => `${one.getAttribute('classname') ?? ''} ${one.getAttribute('name') ?? ''}`,
      );
    },
    await exported(page, 'junit'),
  );
  expect(failures).toContain('rushed Reads digits');
}

async function lookAtGraph(page: Page): Promise<void> {
  // Red and green on the graph, at once after a reload too.
  await page.getByRole('button', { name: 'On the graph' }).click();
  await page.reload();
  await page.waitForFunction(() => 'mgit' in globalThis);
  const graph = page.getByRole('region', { name: 'Lineage graph' });
  const colour = graph.getByLabel('Colour');
  // Whether the legend stands open depends on the room there is once the graph is drawn.
  await expect(async () => {
    if (!(await colour.isVisible())) await graph.getByText('Legend').click();
    await colour.selectOption('Test results', { timeout: 1000 });
    await expect(graph.getByText('fails a test')).toBeVisible({ timeout: 1000 });
  }).toPass();
  await expect(graph.getByText('passes its tests')).toBeVisible();
}

async function editAndUndo(page: Page): Promise<void> {
  // An edit makes results stale; undo brings them back.
  await page.getByRole('tab', { name: /^Tests \(/ }).click();
  const list = page.getByRole('list', { name: 'Tests' });
  await list
    .getByRole('listitem')
    .filter({ hasText: 'Sevens' })
    .getByRole('button', { name: 'Edit…' })
    .click();
  const edit = page.getByRole('dialog', { name: 'Edit the test Sevens' });
  await edit.getByLabel('Seed').fill('2');
  await edit.getByLabel('At most').fill('5');
  await edit.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('tab', { name: 'Results' }).click();
  await expect(cell(page, 'Sevens', 'tuned')).toHaveAccessibleName(/not run/);
  await page.getByRole('button', { name: 'Undo' }).last().click();
  await expect(cell(page, 'Sevens', 'tuned')).toHaveAccessibleName(/measured/);

  // Removed, and brought back with its results.
  await page.getByRole('tab', { name: /^Tests \(/ }).click();
  await page.getByRole('button', { name: 'Remove Reads digits' }).click();
  await expect(page.getByRole('tab', { name: 'Tests (3)' })).toBeVisible();
  await page.getByRole('button', { name: 'Undo' }).last().click();
  await page.getByRole('tab', { name: 'Results' }).click();
  await expect(cell(page, 'Reads digits', 'rushed')).toHaveAccessibleName(/fails/);
}

test('tests are made, run, read, exported, edited and brought back', async ({ page }) => {
  await openFamily(page);
  await runCommand(page, 'Tests of all models');
  await makeFirstTests(page);
  await makeSliceAndScript(page);
  await runAndRead(page);
  await exportAll(page);
  await lookAtGraph(page);
  await runCommand(page, 'Tests of all models');
  await editAndUndo(page);
  expect(await brokenInvariants(page)).toEqual([]);
});

test('a model with NaN in its weights fails the health test, and says where', async ({ page }) => {
  await openApp(page);
  await page.evaluate(async () => {
    const header = '{"fc.weight":{"dtype":"F32","shape":[4],"data_offsets":[0,16]}}';
    const text = new TextEncoder().encode(header.padEnd(Math.ceil(header.length / 8) * 8));
    const length = new BigUint64Array([BigInt(text.length)]);
    const sick = new File([length, text, new Float32Array([1, NaN, 0.5, 2])], 'sick.safetensors');
    const sound = new File([length, text, new Float32Array([1, 2, 0.5, 2])], 'sound.safetensors');
    await mgit.import([sound, sick]);
  });
  await runCommand(page, 'Tests of all models');
  await page.getByRole('button', { name: /^Health of the weights/ }).click();
  await expect(cell(page, 'Health of the weights', 'sound')).toHaveAccessibleName(/passes/);
  await cell(page, 'Health of the weights', 'sick').click();
  const detail = page.getByRole('region', { name: 'Health of the weights on sick' });
  await expect(detail).toContainText('✗ at most 0');
  await expect(detail.getByRole('region', { name: 'What was found' })).toContainText('fc.weight');

  // The inspector tells the same of one model, and why the test is bound to it.
  await page.getByRole('button', { name: 'sick', exact: true }).first().click();
  await page.getByRole('tab', { name: 'Tests', exact: true }).click();
  const tests = page.getByRole('list', { name: 'Tests of sick' });
  await expect(tests).toContainText('fails');
  await expect(tests).toContainText('bound to all models');
});
