import { expect, test, type Page } from 'playwright/test';
import { build } from 'vite';
import type * as Operators from '../src/autograd/browserOperators.fixture.ts';

interface Asset {
  readonly body: string | Buffer;
  readonly type: string;
}

/** The runs as scripts for a page, with ONNX Runtime's modules beside them. */
async function bundle(): Promise<ReadonlyMap<string, Asset>> {
  const result = await build({
    configFile: false,
    logLevel: 'silent',
    build: {
      write: false,
      minify: false,
      target: 'es2023',
      rolldownOptions: {
        input: 'src/autograd/browserOperators.fixture.ts',
        preserveEntrySignatures: 'strict',
        output: { entryFileNames: 'operators.js' },
      },
    },
  });
  const files = Array.isArray(result) ? result : [result];
  return new Map(
    files
      .flatMap((each) => ('output' in each ? each.output : []))
      .map((file) => [
        `/${file.fileName}`,
        file.type === 'chunk'
          ? { body: file.code, type: 'text/javascript' }
          : {
              body: typeof file.source === 'string' ? file.source : Buffer.from(file.source),
              type: file.fileName.endsWith('.wasm') ? 'application/wasm' : 'text/javascript',
            },
      ]),
  );
}

let assets: ReadonlyMap<string, Asset>;

test.beforeAll(async () => {
  assets = await bundle();
});

async function runEveryOperator(
  page: Page,
  ...given: Parameters<(typeof Operators)['runEveryOperator']>
) {
  await page.route('**/*', (route) => {
    const { pathname } = new URL(route.request().url());
    const asset = assets.get(pathname);
    if (pathname === '/operators.html')
      return route.fulfill({ body: '<!doctype html>', contentType: 'text/html' });
    if (asset === undefined) return route.fulfill({ status: 404 });
    return route.fulfill({ body: asset.body, contentType: asset.type });
  });
  await page.goto('/operators.html');
  return page.evaluate(async (parameters) => {
    const url = '/operators.js';
    const operators = (await import(url)) as typeof Operators;
    return operators.runEveryOperator(...parameters);
  }, given);
}

// That the table has every operator is what src/autograd/operatorCases/operatorCases.test.ts checks.
test('every operator, its gradient, each loss and each optimiser are right on WebGPU', async ({
  page,
}) => {
  const found = await runEveryOperator(page, 'webgpu', 1e-3);
  expect(found.wrong).toEqual([]);
  // Whole numbers of 64 bits that only a run brings cannot be moved about there.
  expect(found.leftOut).toEqual([
    'Gather [4, 3] {} i64 [0,3,-1,3,1,0]',
    'GatherND [2, 4, 3] {"batch_dims":1} i64 [0,3,3,3]',
  ]);
  expect(found.adapter).not.toBe('');
  expect(found.compared).toBeGreaterThan(250);
});

test('and on wasm in the browser', async ({ page }) => {
  const found = await runEveryOperator(page, 'wasm', 1e-4);
  expect(found.wrong).toEqual([]);
  expect(found.compared).toBeGreaterThan(250);
});
