import { expect, test, type BrowserContext, type Page } from 'playwright/test';
import type { CascadeReport } from '../src/core/cascadeViews.ts';
import { brokenInvariants, openApp } from './app.ts';
import { digitsFamily, named } from './cascadeFamily.ts';

/** Kills at random moments of cascades; the seed is printed so that a failure can be repeated. */
const kills = Number(process.env['MGIT_KILLS'] ?? 5);
const seed = Number(process.env['MGIT_CRASH_SEED'] ?? Date.now() % 100_000);

/** Of the digits, on the CPU: the same bits each time. The page's title counts what it hears. */
const begin = (page: Page, gate: boolean) =>
  page.evaluate((gated) => {
    const order = { old: 'digits', new: 'digits-2', device: 'wasm', gate: gated } as const;
    return mgit.cascade.run(order, {
      onEvent: ({ is }) => {
        if (is === 'state') document.title += '.';
      },
    });
  }, gate);

const goOn = (page: Page, id: string) =>
  page.evaluate(
    (pending) =>
      mgit.cascade.resume(pending, {
        onEvent: ({ is }) => {
          if (is === 'state') document.title += '.';
        },
      }),
    id,
  );

/** What a cascade left, without the ids and times that are drawn anew. */
async function contents(page: Page) {
  const { nodes, rejected, snapshots, versions, parents } = await named(page);
  return { nodes, rejected, snapshots, versions, parents: nodes.map(parents) };
}

/** The models that a cascade has made so far, by item. */
function madeIn({ state }: CascadeReport): Record<string, readonly string[]> {
  return Object.fromEntries(
    Object.entries(state.items).flatMap(([id, item]) =>
      item.is === 'done' || item.is === 'rejected' ? [[id, item.models]] : [],
    ),
  );
}

test(`a cascade killed ${kills} times goes on to the same bits, and does nothing twice`, async ({
  context,
}) => {
  test.setTimeout(300_000);
  test.info().annotations.push({ type: 'seed', description: `MGIT_CRASH_SEED=${seed}` });
  const random = generator(seed);
  const first = await context.newPage();
  await digitsFamily(first);
  const before = await contents(first);
  const wanted = { true: await whole(first, true), false: await whole(first, false) };
  expect(await contents(first)).toEqual(before);
  await first.close();

  let killed = 0;
  let cascades = 0;
  let gate = true;
  /** Models of each item as an earlier look found them: they stay the same ones. */
  let made: Record<string, readonly string[]> = {};
  while (killed < kills) {
    const page = await context.newPage();
    await openApp(page);
    const [pending, ...others] = await page.evaluate(() => mgit.cascade.pending());
    expect(others).toEqual([]);
    if (pending !== undefined) {
      expect(pending.unfit).toBeUndefined();
      const report = await page.evaluate((id) => mgit.cascade.report(id), pending.id);
      expect(madeIn(report)).toMatchObject(made);
      made = madeIn(report);
    } else if ((await named(page)).nodes.length > before.nodes.length) {
      // It had ended before the kill.
      await takenBack(page, wanted[`${gate}`].contents);
      expect(await contents(page)).toEqual(before);
      cascades += 1;
      gate = !gate;
      made = {};
    } else expect(await contents(page)).toEqual(before);
    const moment = killMoment(page, random, wanted[`${gate}`].ms);
    const run = pending === undefined ? begin(page, gate) : goOn(page, pending.id);
    run.catch(() => undefined);
    await moment;
    await killPage(context, page, killed);
    killed += 1;
  }

  const last = await context.newPage();
  await openApp(last);
  const [left] = await last.evaluate(() => mgit.cascade.pending());
  if (left !== undefined) {
    const report = await goOn(last, left.id);
    expect(madeIn(report)).toMatchObject(made);
    expect(report.finished).toBe(true);
  }
  if ((await named(last)).nodes.length > before.nodes.length) {
    await takenBack(last, wanted[`${gate}`].contents);
    cascades += 1;
  }
  expect(cascades).toBeGreaterThan(0);
  await nothingLeft(last, before);
});

/** A cascade that has ended left what it should, and goes in one step. */
async function takenBack(page: Page, wanted: unknown): Promise<void> {
  expect(await contents(page)).toEqual(wanted);
  await page.evaluate(() => mgit.undo());
}

/** The lineage is as it was before any cascade, and no work is pending. */
async function nothingLeft(page: Page, before: unknown): Promise<void> {
  expect(await contents(page)).toEqual(before);
  expect(await page.evaluate(() => mgit.cascade.pending())).toEqual([]);
  expect(await page.evaluate(() => mgit.pendingJobs())).toEqual([]);
  await page.evaluate(() => mgit.collect());
  expect(await brokenInvariants(page)).toEqual([]);
}

/** A cascade that nothing interrupts: what it leaves and how long it takes; taken back again. */
async function whole(page: Page, gate: boolean) {
  const started = Date.now();
  const report = await begin(page, gate);
  const ms = Date.now() - started;
  expect(report).toMatchObject(
    gate ? { made: 3, rejected: 1, blocked: 1 } : { made: 5, rejected: 0, blocked: 0 },
  );
  const left = await contents(page);
  await page.evaluate(() => mgit.undo());
  return { contents: left, ms };
}

/** Some time into it, or about when an item begins or is stored. */
function killMoment(page: Page, random: () => number, ms: number): Promise<void> {
  if (random() < 0.5) return page.waitForTimeout(random() * ms * 0.7);
  const changes = 1 + Math.floor(random() * 4);
  return page
    .waitForFunction((least) => document.title.replace(/[^.]/g, '').length >= least, changes, {
      timeout: ms * 2 + 1000,
    })
    .then(() => page.waitForTimeout(random() * 60))
    .catch(() => undefined);
}

/** Closing tears the page down; crashing kills its process, workers included, with no last words. */
async function killPage(context: BrowserContext, page: Page, count: number): Promise<void> {
  if (count % 2 === 0) {
    const devtools = await context.newCDPSession(page);
    const crashed = page.waitForEvent('crash');
    // Never answers: the process that would is gone.
    devtools.send('Page.crash').catch(() => undefined);
    await crashed;
  }
  await page.close({ runBeforeUnload: false });
}

/** Uniform in [0, 1). Source: mulberry32, public domain. */
function generator(start: number): () => number {
  let state = start;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
