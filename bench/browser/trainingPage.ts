import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { chromium, type Page } from 'playwright';
import { build, preview } from 'vite';
import { browserFlags, needBrowser } from '../../tools/browser.js';
import type { Contestant, Who } from '../pages/training/contestant.ts';

/** Arguments and result of a contestant's method. */
type Method<Name extends keyof Contestant> = NonNullable<Contestant[Name]>;

/** The page of the training benches, built for the occasion and served isolated, so that threads work. */
export interface TrainingPage {
  readonly page: Page;
  call<Name extends keyof Contestant>(
    who: Who,
    name: Name,
    ...given: Parameters<Method<Name>>
  ): Promise<Awaited<ReturnType<Method<Name>>>>;
  /** Ends a contestant's worker. */
  dismiss(who: Who): Promise<void>;
  close(): Promise<void>;
}

const root = path.resolve(import.meta.dirname, '../pages/training');
const isolation = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

/** @param script - runs in the page and in nothing else, before all else. */
export async function openTrainingPage(script?: string): Promise<TrainingPage> {
  const outDir = mkdtempSync(path.join(tmpdir(), 'mgit-training-'));
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
    preview: { port: 0, host: '127.0.0.1', headers: isolation },
  });
  const address = server.httpServer.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  const browser = await chromium.launch({
    executablePath: await needBrowser(),
    args: [...browserFlags, '--enable-blink-features=ForceEagerMeasureMemory'],
  });
  const page = await browser.newPage();
  page.setDefaultTimeout(0);
  if (script !== undefined) await page.addInitScript(script);
  await page.goto(`http://127.0.0.1:${port ?? 0}/`);
  await page.waitForFunction(() => 'training' in globalThis);
  return {
    page,
    call: (who, name, ...given) =>
      page.evaluate(
        ([one, method, all]) =>
          (
            globalThis as unknown as {
              training: (...each: readonly unknown[]) => Promise<never>;
            }
          ).training(one, method, ...all),
        [who, name, given] as const,
      ),
    dismiss: (who) =>
      page.evaluate((one) => {
        (globalThis as unknown as { dismiss: (given: Who) => void }).dismiss(one);
      }, who),
    close: async () => {
      await browser.close();
      await server.close();
      rmSync(outDir, { recursive: true, force: true });
    },
  };
}
