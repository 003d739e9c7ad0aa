import { expect, test, type Page } from 'playwright/test';
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
  await watchTasks(page);
  await importServed(page, modelFiles(sampleFolder));
  await page.waitForTimeout(1500);
  await page.evaluate(importThousand);
  await expect
    .poll(() => page.evaluate(async () => (await mgit.graph()).nodes.length))
    .toBeGreaterThan(1000);
  await page.waitForTimeout(4000);
  expect(await longTasks(page)).toEqual([]);
});

test('the page is never blocked while a model is trained and its curves are drawn', async ({
  page,
  browser,
}) => {
  await openApp(page);
  await page.getByRole('button', { name: 'Load digits to train on' }).click();
  await page.getByRole('button', { name: 'Train it…' }).click();
  const dialog = page.getByRole('dialog');
  await expect(dialog.getByText('Takes about')).toBeVisible({ timeout: 20_000 });
  await dialog.getByRole('spinbutton', { name: 'Epochs' }).fill('40');
  await browser.startTracing(page, { categories: ['toplevel'] });
  await dialog.getByRole('button', { name: 'Start' }).click();
  await expect(dialog.getByText('digits-finetuned is in the lineage')).toBeVisible({
    timeout: 60_000,
  });
  await page.waitForTimeout(1000);
  const tasks = taskTimes(await browser.stopTracing());
  expect(tasks.length).toBeGreaterThan(100);
  expect(tasks.filter((ms) => ms > limitMs)).toEqual([]);
});

interface TraceEvent {
  readonly name: string;
  readonly pid: number;
  readonly tid: number;
  readonly args: { readonly name?: string };
  /** Time on the processor, µs. */
  readonly tdur?: number;
}

/**
 * Processor time of each task of the page's thread, ms. Training keeps the cores busy, so that the time
 * on the clock would also tell how long the page waited for one.
 */
function taskTimes(trace: Buffer): number[] {
  const { traceEvents } = JSON.parse(trace.toString()) as { traceEvents: TraceEvent[] };
  const threadOf = ({ pid, tid }: TraceEvent) => `${pid} ${tid}`;
  const pages = new Set(
    traceEvents
      .filter(({ name, args }) => name === 'thread_name' && args.name === 'CrRendererMain')
      .map(threadOf),
  );
  return traceEvents
    .filter((event) => event.name === 'ThreadControllerImpl::RunTask' && pages.has(threadOf(event)))
    .map(({ tdur = 0 }) => tdur / 1000);
}

async function watchTasks(page: Page): Promise<void> {
  await page.evaluate(() => {
    const tasks: number[] = [];
    Object.assign(globalThis, { longTasks: tasks });
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) tasks.push(entry.duration);
    }).observe({ type: 'longtask' });
  });
}

async function longTasks(page: Page): Promise<number[]> {
  const tasks = await page.evaluate(
    () => (globalThis as unknown as { longTasks: number[] }).longTasks,
  );
  return tasks.filter((duration) => duration > limitMs);
}

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
