import { expect, test, type Page } from 'playwright/test';
import { brokenInvariants } from './app.ts';
import { openDigits } from './digits.ts';

/** The digits model, two generations trained from it, and a test of all of them. */
async function openFamily(page: Page): Promise<void> {
  await openDigits(page);
  await page.evaluate(async () => {
    const finetune = (parent: string, name: string, seed: number) =>
      mgit.create('finetune', {
        parents: [parent],
        data: ['writers'],
        device: 'wasm',
        args: { epochs: 1, batchSize: 64 },
        name,
        seed,
      });
    await finetune('digits', 'child', 1);
    await finetune('child', 'grandchild', 2);
    await mgit.saveTest({
      name: 'Reads digits',
      function: 'classification',
      data: 'writers',
      bindings: [{ is: 'all' }],
      success: [],
      tolerances: {
        accuracy: { is: 'relative', value: 0.02 },
        loss: { is: 'relative', value: 0.2 },
      },
    });
  });
}

/** Sizes fall with ε, errors keep to it, and tests are there. */
async function checkCurve(page: Page): Promise<void> {
  const curves = await page.evaluate(() =>
    mgit.lossy.preview(
      ['child', 'grandchild'],
      [
        { quantiser: 'mgit', epsilon: 1e-4 },
        { quantiser: 'mgit', epsilon: 1e-3 },
        { quantiser: 'per tensor', epsilon: 0.03 },
      ],
      { tests: true },
    ),
  );
  for (const { points } of curves) {
    expect(points[1]?.lossyBytes).toBeLessThan(points[0]?.lossyBytes ?? 0);
    expect(points[0]?.maxError).toBeLessThan(1.001e-4);
    expect(points[0]?.passes).toBe(true);
    expect(points[2]?.tests.map(({ metric }) => metric)).toContain('Accuracy');
  }
}

/** The largest difference of each float tensor of two models' exported files, by name. */
function exportedErrors(page: Page, exact: string, lossy: string): Promise<[string, number][]> {
  return page.evaluate(
    async (ids) => {
      type Head = Record<string, { dtype: string; data_offsets: [number, number] }>;
      const read = async (id: string) => {
        const bytes = await (await mgit.exportSafetensors(id as never)).arrayBuffer();
        const length = Number(new DataView(bytes).getBigUint64(0, true));
        const text = new TextDecoder().decode(new Uint8Array(bytes, 8, length));
        const floats = Object.entries(JSON.parse(text) as Head).filter(([, { dtype }]) => dtype === 'F32'); // prettier-ignore
        return floats.map(([name, { data_offsets }]) => {
          const [from, to] = data_offsets.map((offset) => 8 + length + offset);
          return { name, values: new Float32Array(bytes.slice(from, to)) };
        });
      };
      const [before = [], after = []] = await Promise.all(ids.map(read));
      return before.map(({ name, values }): [string, number] => {
        const other = after.find((one) => one.name === name)?.values;
        const errors = values.map((value, i) => Math.abs(value - (other?.[i] ?? NaN)));
        return [name, errors.reduce((most, error) => (error > most || Number.isNaN(error) ? error : most), 0)]; // prettier-ignore
      });
    },
    [exact, lossy],
  );
}

/** Makes the family lossy; gives the two models, the parent first. */
async function makeFamily(page: Page) {
  const report = await page.evaluate(() =>
    mgit.lossy.make(['grandchild', 'child'], {
      quantiser: 'per tensor',
      epsilon: 0.05,
      ifWorse: 'smaller',
    }),
  );
  const made = report.results.flatMap((result) => (result.is === 'made' ? [result] : []));
  expect(made.map(({ name }) => name)).toEqual(['child (lossy)', 'grandchild (lossy)']);
  for (const { node, receipt } of made) {
    expect(receipt.tests.every(({ worse }) => !worse)).toBe(true);
    expect(receipt.lossyBytes).toBeLessThan(receipt.rawBytes / 5);
    expect(await page.evaluate((id) => mgit.lossy.receipt(id), node)).toEqual(receipt);
  }
  return made;
}

test('a family is made lossy by its tests, exported as what was tested, and its originals released', async ({
  page,
}) => {
  await openFamily(page);
  await checkCurve(page);
  const made = await makeFamily(page);
  const [child, grandchild] = made;
  if (child === undefined || grandchild === undefined) throw new Error('two models');
  const { receipt } = grandchild;
  expect(receipt.base).toBe(child.node);

  const errors = await exportedErrors(page, grandchild.original, grandchild.node);
  const steps = new Map(receipt.steps.map(({ name, step }) => [name, step]));
  for (const [name, error] of errors)
    expect(error).toBeLessThanOrEqual((steps.get(name) ?? 0) / 2 + 2e-7);
  expect(Math.max(...errors.map(([, error]) => error))).toBeCloseTo(receipt.maxError, 6);

  const before = await page.evaluate(() => mgit.storage());
  const ids = made.map(({ node }) => node);
  const released = await page.evaluate((lossy) => mgit.lossy.release(lossy), ids);
  expect(released).toEqual(made.map(({ original }) => original));
  await page.evaluate(() => mgit.collect({ forgetUndo: true }));
  const after = await page.evaluate(() => mgit.storage());
  expect(after.storedBytes).toBeLessThan(before.storedBytes - 50_000);
  const { nodes, edges } = await page.evaluate(() => mgit.graph());
  const names = nodes.map(({ name }) => name).sort();
  expect(names).toEqual(['child (lossy)', 'digits', 'grandchild (lossy)']);
  const joined = edges.filter(({ from, to }) => from === child.node && to === grandchild.node);
  expect(joined.map(({ kind }) => kind)).toEqual(['provenance']);
  expect(await brokenInvariants(page)).toEqual([]);
  const results = await page.evaluate((lossy) => mgit.test(lossy), ids);
  expect(results.failed + results.errors).toBe(0);
});
