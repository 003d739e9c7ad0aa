import { expect, test } from 'playwright/test';
import { importServed, modelFiles, openApp, sampleFolder, serveFiles } from './app.ts';

/** The page is never blocked longer than this, ms (issue: "never blocked over 50 ms"). */
const limitMs = 50;

// Another process that takes the core for a moment makes a long task too: code that blocks does so in
// every try.
test.describe.configure({ retries: 2 });

test('the page is never blocked while models are imported and a thousand are laid out', async ({
  page,
  context,
}) => {
  await serveFiles(context, sampleFolder);
  await openApp(page);
  await page.waitForTimeout(1000);
  await page.evaluate(() => {
    const tasks: number[] = [];
    Object.assign(globalThis, { longTasks: tasks });
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) tasks.push(entry.duration);
    }).observe({ type: 'longtask' });
  });
  await importServed(page, modelFiles(sampleFolder));
  await page.waitForTimeout(1500);
  await page.evaluate(importThousand);
  await expect
    .poll(() => page.evaluate(async () => (await mgit.graph()).nodes.length))
    .toBeGreaterThan(1000);
  await page.waitForTimeout(4000);
  const tasks = await page.evaluate(
    () => (globalThis as unknown as { longTasks: number[] }).longTasks,
  );
  expect(tasks.filter((duration) => duration > limitMs)).toEqual([]);
});

/** Runs in the page: a thousand tiny models in one import, each declared the child of an earlier one. */
async function importThousand(): Promise<void> {
  const header = JSON.stringify({ w: { dtype: 'F32', shape: [32], data_offsets: [0, 128] } });
  const json = new TextEncoder().encode(header.padEnd(Math.ceil(header.length / 8) * 8));
  const length = new BigUint64Array([BigInt(json.length)]);
  const files = Array.from({ length: 1000 }, (_, index) => {
    const bytes = crypto.getRandomValues(new Uint8Array(128));
    return new File([length, json, bytes], `m${index}.safetensors`);
  });
  const declared = Array.from({ length: 999 }, (_, index) => ({
    kind: 'provenance' as const,
    from: `m${Math.floor(index / 3)}`,
    to: `m${index + 1}`,
  }));
  await mgit.import(files, { infer: false, declared });
}
