import { expect, test, type Page } from 'playwright/test';
import type { PartMetrics } from '../src/core/training/report.ts';
import type { CreateOptions } from '../src/ui/mgitCreation.ts';
import { brokenInvariants, exportedHashes, openApp } from './app.ts';
import { openDigits } from './digits.ts';

/** As text: Playwright's type of what crosses to the page has no end for JSON. */
const finetune = (page: Page, options: Partial<CreateOptions> = {}) =>
  page.evaluate((given) => {
    const order = JSON.parse(given) as Partial<CreateOptions>;
    return mgit.create('finetune', { parents: ['digits'], data: ['writers'], ...order });
  }, JSON.stringify(options));

const accuracyOf = (metrics: PartMetrics | undefined) => metrics?.heads[0]?.accuracy ?? NaN;

const nodeNamed = async (page: Page, name: string) => {
  const { nodes } = await page.evaluate(() => mgit.graph());
  const node = nodes.find((each) => each.name === name);
  if (node === undefined) throw new Error(`no model ${name}`);
  return node;
};

test('a finetune on the CPU learns, is small, lasts, and is replayed bit for bit', async ({
  page,
}) => {
  await openDigits(page);
  const report = await finetune(page, { device: 'wasm', args: { epochs: 5 } });
  expect(report.models.map(({ name }) => name)).toEqual(['digits-finetuned']);
  expect(report.storedBytes).toBeLessThan(report.rawBytes);
  await page.reload();
  await page.waitForFunction(() => 'mgit' in globalThis);
  const child = await nodeNamed(page, 'digits-finetuned');
  const { parentTest, test: after } = child.outcome ?? {};
  expect(after?.loss).toBeLessThan((parentTest?.loss ?? 0) - 0.05);
  expect(after?.heads[0]?.accuracy).toBeGreaterThan(accuracyOf(parentTest) + 0.01);
  expect(child.recipe).toMatchObject({ environment: { backend: 'wasm', threads: 1 } });
  const replay = await page.evaluate(() => mgit.replay('digits-finetuned'));
  expect(replay).toMatchObject({ regraded: true, grade: { is: 'equal-bits' } });
  const graph = await page.evaluate(() => mgit.graph());
  expect(graph.edges).toMatchObject([{ kind: 'provenance', grade: 're-derived', role: 'base' }]);
  const training = await page.evaluate(() => mgit.trainingReport('digits-finetuned'));
  expect(training?.epochs).toHaveLength(6);
  expect(await brokenInvariants(page)).toEqual([]);
});

test('a finetune on WebGPU agrees with the CPU', async ({ page }) => {
  await openDigits(page);
  const args = { epochs: 1, batchSize: 64 };
  await finetune(page, { device: 'wasm', args, name: 'on the CPU' });
  await finetune(page, { device: 'webgpu', args, name: 'on the GPU' });
  const cpu = await nodeNamed(page, 'on the CPU');
  const gpu = await nodeNamed(page, 'on the GPU');
  expect(gpu.recipe?.environment.backend).toBe('webgpu');
  expect(gpu.outcome?.test?.loss).toBeCloseTo(cpu.outcome?.test?.loss ?? NaN, 3);
});

test('a tab that is closed in mid-training goes on where it was, to the same bits', async ({
  context,
}) => {
  test.setTimeout(240_000);
  const page = await context.newPage();
  await openDigits(page);
  const options = { device: 'wasm', args: { epochs: 320, keep: 'last' } } as const;
  await page.evaluate((given) => {
    void mgit.create('finetune', { parents: ['digits'], data: ['writers'], ...given });
  }, options);
  // A checkpoint is kept every ten seconds of training.
  await page.waitForTimeout(15_000);
  await page.close({ runBeforeUnload: false });
  const again = await context.newPage();
  await openApp(again);
  const [job, ...others] = await again.evaluate(() => mgit.pendingJobs());
  expect(others).toEqual([]);
  expect(job?.step).toBeGreaterThan(0);
  expect(await again.evaluate(() => mgit.pendingImports())).toEqual([]);
  await again.evaluate((id) => mgit.resumeJob(id), job?.id ?? '');
  expect(await again.evaluate(() => mgit.pendingJobs())).toEqual([]);
  const resumed = await nodeNamed(again, 'digits-finetuned');
  const report = await again.evaluate(() => mgit.trainingReport('digits-finetuned'));
  expect(report?.notices.map((notice) => notice.is)).toContain('resumed');
  await finetune(again, { ...options, name: 'in one go' });
  const straight = await nodeNamed(again, 'in one go');
  const hashes = async (id: string) => Object.values(await exportedHashes(again, id));
  expect(await hashes(resumed.id)).toEqual(await hashes(straight.id));
  expect(await brokenInvariants(again)).toEqual([]);
});

test('a finetune that is cancelled or breaks down leaves nothing', async ({ page }) => {
  await openDigits(page);
  const cancelled = await page.evaluate(async () => {
    const controller = new AbortController();
    let events = 0;
    const making = mgit.create(
      'finetune',
      { parents: ['digits'], data: ['writers'], args: { epochs: 500 }, device: 'wasm' },
      {
        signal: controller.signal,
        onEvent: ({ event }) => {
          if (event.is === 'step' && (events += 1) === 3) controller.abort();
        },
      },
    );
    return making.then(
      () => 'made',
      (error: unknown) => (error as Error).name,
    );
  });
  expect(cancelled).toBe('AbortError');
  const broken = await page.evaluate(async () => {
    // A decay of ten times the weight turns it over and over, ever larger.
    const args = { optimizer: 'sgd', learningRate: 10, weightDecay: 1, epochs: 20 };
    const order = { parents: ['digits'], data: ['writers'], args, device: 'wasm' } as const;
    return mgit.create('finetune', order).then(
      ({ models }) => mgit.trainingReport(models[0]?.id ?? ''),
      (error: unknown) => (error as { code?: string }).code,
    );
  });
  // Where an epoch was good before it broke down, that is kept, and it is said.
  if (typeof broken === 'object')
    expect(broken.notices.map((notice) => notice.is)).toContain('not-finite');
  else expect(broken).toBe('training-not-finite');
  expect(await page.evaluate(() => mgit.pendingJobs())).toEqual([]);
  expect(await brokenInvariants(page)).toEqual([]);
});

test('a drawn digit is read by parent and child', async ({ page }) => {
  await openDigits(page);
  await finetune(page, { device: 'wasm', args: { epochs: 4 } });
  const predictions = await page.evaluate(async () => {
    // A vertical stroke: a one, in the middle of 32 × 32 pixels.
    const pixels = new Uint8Array(32 * 32);
    for (let y = 3; y < 29; y++) pixels.fill(255, y * 32 + 14, y * 32 + 19);
    const input = { is: 'pixels', width: 32, height: 32, channels: 1, pixels } as const;
    return mgit.predict(['digits-finetuned', 'digits'], { input });
  });
  const [child, parent] = predictions.map(({ outputs }) => outputs[0]);
  const best = [...(child?.classes ?? [])].sort((a, b) => b.probability - a.probability)[0];
  expect(best?.name).toBe('1');
  expect(parent?.count).toBe(10);
});
