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

test('a family is made lossy by its tests, exported as what was tested, and its originals released', async ({
  page,
}) => {
  await openFamily(page);

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
    const [fine, coarse, own] = points;
    expect(coarse?.lossyBytes).toBeLessThan(fine?.lossyBytes ?? 0);
    expect(fine?.maxError).toBeLessThan(1.001e-4);
    expect(fine?.passes).toBe(true);
    expect(own?.tests.map(({ metric }) => metric)).toContain('Accuracy');
  }

  const report = await page.evaluate(() =>
    mgit.lossy.make(['grandchild', 'child'], {
      quantiser: 'per tensor',
      epsilon: 0.05,
      ifWorse: 'smaller',
    }),
  );
  const made = report.results.flatMap((result) => (result.is === 'made' ? [result] : []));
  expect(made.map(({ name }) => name)).toEqual(['child (lossy)', 'grandchild (lossy)']);
  const [child, grandchild] = made;
  if (child === undefined || grandchild === undefined) throw new Error('two models');
  expect(grandchild.receipt.base).toBe(child.node);
  for (const { node, receipt } of made) {
    expect(receipt.tests.every(({ worse }) => !worse)).toBe(true);
    expect(receipt.lossyBytes).toBeLessThan(receipt.rawBytes / 5);
    expect(await page.evaluate((id) => mgit.lossy.receipt(id), node)).toEqual(receipt);
  }

  // The exported file is read by whoever reads such files; each weight is within the receipt's bound.
  const errors = await page.evaluate(
    async ([exact, lossy]) => {
      const read = async (id: string) => {
        const file = await mgit.exportSafetensors(id as never);
        const bytes = await file.arrayBuffer();
        const length = Number(new DataView(bytes).getBigUint64(0, true));
        const head = JSON.parse(
          new TextDecoder().decode(new Uint8Array(bytes, 8, length)),
        ) as Record<string, { dtype: string; data_offsets: [number, number] }>;
        return new Map(
          Object.entries(head)
            .filter(([, { dtype }]) => dtype === 'F32')
            .map(
              ([
                name,
                {
                  data_offsets: [from, to],
                },
              ]) => [name, new Float32Array(bytes.slice(8 + length + from, 8 + length + to))],
            ),
        );
      };
      const [before, after] = [await read(exact ?? ''), await read(lossy ?? '')];
      return [...before].map(([name, values]) => ({
        name,
        error: values.reduce(
          (most, value, i) => Math.max(most, Math.abs(value - (after.get(name)?.[i] ?? NaN))),
          0,
        ),
      }));
    },
    [grandchild.original, grandchild.node],
  );
  const steps = new Map(grandchild.receipt.steps.map(({ name, step }) => [name, step]));
  for (const { name, error } of errors)
    expect(error).toBeLessThanOrEqual((steps.get(name) ?? 0) / 2 + 2e-7);
  expect(Math.max(...errors.map(({ error }) => error))).toBeCloseTo(grandchild.receipt.maxError, 6);

  const before = await page.evaluate(() => mgit.storage());
  const released = await page.evaluate(
    (ids) => mgit.lossy.release(ids),
    made.map(({ node }) => node),
  );
  expect(released).toEqual(made.map(({ original }) => original));
  await page.evaluate(() => mgit.collect({ forgetUndo: true }));
  const after = await page.evaluate(() => mgit.storage());
  expect(after.storedBytes).toBeLessThan(before.storedBytes - 50_000);
  const { nodes, edges } = await page.evaluate(() => mgit.graph());
  expect(nodes.map(({ name }) => name).sort()).toEqual(['child (lossy)', 'digits', 'grandchild (lossy)']); // prettier-ignore
  expect(edges.find(({ from, to, kind }) => kind === 'provenance' && from === child.node && to === grandchild.node)).toBeDefined(); // prettier-ignore
  expect(await brokenInvariants(page)).toEqual([]);

  const results = await page.evaluate(() => mgit.test(['child (lossy)', 'grandchild (lossy)']));
  expect(results.failed + results.errors).toBe(0);
});
