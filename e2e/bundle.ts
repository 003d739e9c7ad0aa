import type { Page } from 'playwright/test';
import { build } from 'vite';

interface Asset {
  readonly body: string | Buffer;
  readonly type: string;
}

/** A module and what it imports as files for a page, by their path; the module itself is `/entry.js`. */
export type Bundle = ReadonlyMap<string, Asset>;

/** Builds code that is not in the product, with ONNX Runtime's modules beside it. */
export async function bundle(input: string): Promise<Bundle> {
  const result = await build({
    configFile: false,
    logLevel: 'silent',
    build: {
      write: false,
      minify: false,
      target: 'es2023',
      rolldownOptions: {
        input,
        preserveEntrySignatures: 'strict',
        output: { entryFileNames: 'entry.js' },
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

/** Opens an empty page that can import the bundle; gives the list of what it has loaded, which grows. */
export async function openBundle(page: Page, assets: Bundle): Promise<readonly string[]> {
  const loaded: string[] = [];
  await page.route('**/*', (route) => {
    const { pathname } = new URL(route.request().url());
    const asset = assets.get(pathname);
    if (pathname === '/empty.html')
      return route.fulfill({ body: '<!doctype html>', contentType: 'text/html' });
    if (asset === undefined) return route.fulfill({ status: 404 });
    loaded.push(pathname);
    return route.fulfill({ body: asset.body, contentType: asset.type });
  });
  await page.goto('/empty.html');
  return loaded;
}
