import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { build, preview } from 'vite';

/** A page of `bench/pages`, built for the occasion and served. */
export interface ServedPage {
  readonly url: string;
  close(): Promise<void>;
}

/** @param headers - of every answer. */
export async function servedPage(
  name: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<ServedPage> {
  const root = path.resolve(import.meta.dirname, '../pages', name);
  const outDir = mkdtempSync(path.join(tmpdir(), `mgit-${name}-`));
  const options = { root, configFile: false, logLevel: 'silent' } as const;
  await build({
    ...options,
    base: './',
    worker: { format: 'es' },
    build: { outDir, emptyOutDir: true, target: 'es2023' },
  });
  const server = await preview({
    ...options,
    build: { outDir },
    preview: { port: 0, host: '127.0.0.1', headers },
  });
  const address = server.httpServer.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  return {
    url: `http://127.0.0.1:${port ?? 0}/`,
    async close() {
      await server.close();
      rmSync(outDir, { recursive: true, force: true });
    },
  };
}
