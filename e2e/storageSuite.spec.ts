import { expect, test } from 'playwright/test';
import { build } from 'vite';

/** The acceptance checks of the stores as one script that a page can run. */
async function bundledChecks(): Promise<string> {
  const result = await build({
    configFile: false,
    logLevel: 'silent',
    build: {
      write: false,
      minify: false,
      target: 'es2023',
      lib: { entry: 'src/storage/browserSuite.fixture.ts', formats: ['es'], fileName: 'checks' },
    },
  });
  for (const bundle of Array.isArray(result) ? result : [result])
    if ('output' in bundle) return bundle.output[0].code;
  throw new Error('nothing was bundled');
}

for (const packsAs of ['blob', 'bytes'] as const)
  test(`the stores keep their contract on this browser's IndexedDB, packs as ${packsAs}`, async ({
    page,
    context,
  }) => {
    const code = await bundledChecks();
    await context.route('**/checks.js', (route) =>
      route.fulfill({ body: code, contentType: 'text/javascript' }),
    );
    await context.route('**/checks.html', (route) =>
      route.fulfill({ body: '<!doctype html><title>checks</title>', contentType: 'text/html' }),
    );
    await page.goto('/checks.html');
    const results = await page.evaluate(async (kind) => {
      const url = '/checks.js';
      const checks = (await import(url)) as {
        runStorageChecks(packs: string): Promise<{ name: string; error?: string }[]>;
      };
      return checks.runStorageChecks(kind);
    }, packsAs);
    expect(results.length).toBeGreaterThan(25);
    expect(results.filter((result) => result.error !== undefined)).toEqual([]);
  });
