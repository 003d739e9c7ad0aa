import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'playwright/test';
import {
  brokenInvariants,
  exportedHashes,
  importServed,
  modelFiles,
  openApp,
  sampleFolder,
  serveFiles,
} from './app.ts';

const names = modelFiles(sampleFolder);

test('two tabs import at once; both see all models and nothing is broken', async ({ context }) => {
  await serveFiles(context, sampleFolder);
  const [left, right] = [await context.newPage(), await context.newPage()];
  await Promise.all([openApp(left), openApp(right)]);
  const half = Math.ceil(names.length / 2);
  // The middle files are in both imports: two tabs write the same content.
  const reports = await Promise.all([
    importServed(left, names.slice(0, half + 2)),
    importServed(right, names.slice(half - 2)),
  ]);
  for (const report of reports) expect(report.models.filter((model) => model.error)).toEqual([]);
  for (const page of [left, right]) {
    await expect
      .poll(() => page.evaluate(async () => (await mgit.graph()).nodes.length))
      .toBeGreaterThanOrEqual(names.length);
    expect(await brokenInvariants(page)).toEqual([]);
  }
});

test('a full quota in mid-import takes the whole import back and says so with numbers', async ({
  context,
  page,
  baseURL,
}) => {
  await serveFiles(context, sampleFolder);
  // Before the database is first opened: the browser remembers how much room it found.
  await page.goto('/icon.svg');
  const devtools = await context.newCDPSession(page);
  const origin = baseURL ?? '';
  await devtools.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: 2_500_000 });
  await openApp(page);
  const first = await importServed(page, names.slice(0, 2));
  expect(first.models.every((model) => model.id !== undefined)).toBe(true);
  const error = await page.evaluate(async (paths) => {
    const files = await Promise.all(
      paths.map(async (path) => ({
        file: new File(
          [await (await fetch(`/e2e-files/${encodeURIComponent(path)}`)).blob()],
          path,
        ),
        path,
      })),
    );
    try {
      await mgit.import(files);
      return undefined;
    } catch (thrown) {
      const { code, data } = thrown as { code: string; data: { neededBytes: number } };
      return { code, data };
    }
  }, names);
  expect(error?.code).toBe('quota-exceeded');
  expect(error?.data.neededBytes).toBeGreaterThan(0);
  expect(await page.evaluate(async () => (await mgit.graph()).nodes.length)).toBe(2);
  expect(await page.evaluate(() => mgit.pendingImports())).toEqual([]);
  expect(await brokenInvariants(page)).toEqual([]);

  await devtools.send('Storage.overrideQuotaForOrigin', { origin });
  const again = await importServed(page, names);
  expect(again.models.every((model) => model.id !== undefined)).toBe(true);
});

test('a cancelled import leaves nothing behind', async ({ context, page }) => {
  await serveFiles(context, sampleFolder);
  await openApp(page);
  for (const share of [0.05, 0.3, 0.6, 0.9]) {
    const outcome = await page.evaluate(
      async ({ paths, stopAt }) => {
        const files = await Promise.all(
          paths.map(async (path) => ({
            file: new File(
              [await (await fetch(`/e2e-files/${encodeURIComponent(path)}`)).blob()],
              path,
            ),
            path,
          })),
        );
        const controller = new AbortController();
        try {
          await mgit.import(files, {
            signal: controller.signal,
            onProgress: ({ done, total, unit }) => {
              if (unit === 'bytes' && done > total * stopAt) controller.abort();
            },
          });
          return 'finished';
        } catch (error) {
          return (error as Error).name;
        }
      },
      { paths: names, stopAt: share },
    );
    expect(outcome, `cancelled at ${share}`).toBe('AbortError');
    const state = await page.evaluate(async () => ({
      nodes: (await mgit.graph()).nodes.length,
      pending: (await mgit.pendingImports()).length,
      stored: (await mgit.storage()).storedBytes,
    }));
    expect(state, `cancelled at ${share}`).toEqual({ nodes: 0, pending: 0, stored: 0 });
  }
});

test('a flipped bit in the store is found, named, and healed by dropping the file again', async ({
  context,
  page,
}) => {
  await serveFiles(context, sampleFolder);
  await openApp(page);
  await importServed(page, names);
  await page.evaluate(flipStoredBits);
  await openApp(page);
  const found = await page.evaluate(() => mgit.fsck());
  expect(found.ok).toBe(false);
  expect(found.problems.map((problem) => problem.is)).toContain('chunk-corrupt');
  const [affected] = found.problems.flatMap((problem) => problem.models);
  const node = await page.evaluate(
    async (name) => (await mgit.graph()).nodes.find((one) => one.name === name),
    affected,
  );
  if (node === undefined) throw new Error(`the damage names ${affected ?? 'nobody'}`);
  const refused = await page.evaluate(
    (id) =>
      mgit.export(id).then(
        () => 'exported',
        (error: unknown) => (error as { code: string }).code,
      ),
    node.id,
  );
  expect(refused).toBe('chunk-corrupt');

  await importServed(page, names);
  expect(await page.evaluate(() => mgit.fsck())).toMatchObject({ ok: true, problems: [] });
  const name = names.find((path) => path.endsWith(node.summary.fileName)) ?? '';
  const file = readFileSync(path.join(sampleFolder, name));
  const sha256 = createHash('sha256').update(file).digest('hex');
  expect(await exportedHashes(page, node.id)).toEqual({ [node.summary.fileName]: sha256 });
});

test('a store that the browser evicted gives a truthful screen, and the app can begin again', async ({
  context,
  page,
}) => {
  await serveFiles(context, sampleFolder);
  await openApp(page);
  await importServed(page, names.slice(0, 3));
  await page.goto('about:blank');
  await page.goto('/favicon.svg');
  await page.evaluate(deleteMainDatabase);
  await page.goto('/');
  await expect(page.getByText(/3 models/)).toBeVisible();
  await expect(page.getByRole('heading', { name: /deleted your models/i })).toBeVisible();
});

/** Flips one bit in each stored pack, past the middle. Runs in the page. */
async function flipStoredBits(): Promise<void> {
  const database = await new Promise<IDBDatabase>((resolve, reject) => {
    const request = indexedDB.open('mgit');
    request.onsuccess = () => {
      resolve(request.result);
    };
    request.onerror = () => {
      reject(request.error ?? new Error('open failed'));
    };
  });
  const done = (request: IDBRequest) =>
    new Promise((resolve, reject) => {
      request.onsuccess = () => {
        resolve(request.result);
      };
      request.onerror = () => {
        reject(request.error ?? new Error('request failed'));
      };
    });
  const keys = (await done(
    database.transaction('packs').objectStore('packs').getAllKeys(),
  )) as IDBValidKey[];
  for (const key of keys) {
    const value: unknown = await done(database.transaction('packs').objectStore('packs').get(key));
    const isBlob = value instanceof Blob;
    const bytes = new Uint8Array(
      isBlob ? await value.arrayBuffer() : (value as Uint8Array).slice(),
    );
    const at = Math.floor(bytes.length / 2);
    bytes[at] = (bytes[at] ?? 0) ^ 1;
    const store = database.transaction('packs', 'readwrite').objectStore('packs');
    await done(
      store.put(isBlob ? new Blob([bytes]) : bytes, ...(store.keyPath === null ? [key] : [])),
    );
  }
  database.close();
}

async function deleteMainDatabase(): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const request = indexedDB.deleteDatabase('mgit');
    request.onsuccess = () => {
      resolve();
    };
    request.onerror = () => {
      reject(request.error ?? new Error('delete failed'));
    };
    request.onblocked = () => {
      reject(new Error('blocked'));
    };
  });
}
