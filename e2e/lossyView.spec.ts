import { expect, test, type Page } from 'playwright/test';
import { brokenInvariants } from './app.ts';
import { openDigits } from './digits.ts';

/** The digits model and a child trained from it, and a data set to test on. */
async function openChild(page: Page): Promise<void> {
  await openDigits(page);
  await page.evaluate(() =>
    mgit.create('finetune', {
      parents: ['digits'],
      data: ['writers'],
      device: 'wasm',
      args: { epochs: 1, batchSize: 64 },
      name: 'child',
      seed: 1,
    }),
  );
}

const namesOf = async (page: Page) =>
  (await page.evaluate(() => mgit.graph())).nodes.map(({ name }) => name).sort();

test('a person looks at sizes and tests, makes a lossy model, and lets its original go', async ({
  page,
}) => {
  await openChild(page);
  await page.getByRole('option', { name: /^child/ }).click();
  await page.getByRole('button', { name: 'Shrink with loss…' }).click();
  const view = page.getByRole('region', { name: 'Shrink with loss', exact: true });

  // Sizes are there without asking; a test is needed before anything can be made.
  await expect(view.getByRole('row', { name: /^0\.03 .*× lossy no test/ })).toBeVisible();
  const make = view.getByRole('button', { name: /^Make 1 lossy model/ });
  await expect(make).toBeDisabled();
  await view.getByRole('button', { name: 'Add “Accuracy on writers”' }).click();
  await view.getByRole('button', { name: 'Run the tests at each ε' }).click();
  await expect(view.getByRole('row', { name: /^0\.003 .*within tolerance/ })).toBeVisible({
    timeout: 30_000,
  });
  await expect(view.getByRole('img', { name: /^Worst change of a test/ })).toBeVisible();

  // One ε of the person's own, which costs only itself.
  await view.getByRole('textbox', { name: 'Another ε' }).fill('0.02');
  await view.getByRole('textbox', { name: 'Another ε' }).press('Enter');
  await expect(view.getByRole('radio', { name: '0.02' })).toBeChecked();
  await view
    .getByRole('radio', { name: 'Find the largest smaller ε with which none does' })
    .check();

  await make.click();
  const question = page.getByRole('dialog', { name: 'Make 1 lossy model' });
  await expect(question).toContainText('kept until you release it');
  expect(await namesOf(page)).toEqual(['child', 'digits']);
  await question.getByRole('button', { name: 'Make it' }).click();
  const results = view.getByRole('region', { name: 'What was made' });
  await expect(results).toContainText('1 lossy model made', { timeout: 30_000 });

  await results.getByRole('button', { name: 'child (lossy)' }).click();
  await page.getByRole('tab', { name: 'Receipt' }).click();
  const receipt = page.getByRole('region', { name: 'Receipt of the loss' });
  await expect(receipt).toContainText('× lossy');
  await expect(receipt.getByRole('row', { name: /^Accuracy .*ok$/ })).toBeVisible();
  const saved = page.waitForEvent('download');
  await receipt.getByRole('button', { name: 'Save the receipt' }).click();
  expect((await saved).suggestedFilename()).toBe('child-lossy-.receipt.json');

  // Back to the original, and undone; then the original goes, and comes back with undo.
  await receipt.getByRole('button', { name: 'Back to the original' }).click();
  await expect.poll(() => namesOf(page)).toEqual(['child', 'digits']);
  await page.getByText('child has its place back').waitFor();
  await page.keyboard.press('Control+z');
  await expect.poll(() => namesOf(page)).toEqual(['child', 'child (lossy)', 'digits']);
  await page.getByRole('option', { name: /^child \(lossy\)/ }).click();
  await receipt.getByRole('button', { name: 'Release the original…' }).click();
  const release = page.getByRole('dialog', { name: 'Release the original' });
  await expect(release).toContainText('kB can then be freed');
  await release.getByRole('button', { name: 'Release', exact: true }).click();
  await expect.poll(() => namesOf(page)).toEqual(['child (lossy)', 'digits']);
  await expect(receipt.getByRole('button', { name: 'Back to the original' })).toBeDisabled();
  expect(await brokenInvariants(page)).toEqual([]);

  await page.keyboard.press('Control+z');
  await expect.poll(() => namesOf(page)).toEqual(['child', 'child (lossy)', 'digits']);
  await expect(receipt.getByRole('button', { name: 'Back to the original' })).toBeEnabled();
});
