import { chromium, type Page } from 'playwright';
import { browserFlags, needBrowser } from '../../tools/browser.js';
import type { Contestant, Who } from '../pages/training/contestant.ts';
import { servedPage } from './servedPage.ts';

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

const isolation = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

/** @param script - runs in the page and in nothing else, before all else. */
export async function openTrainingPage(script?: string): Promise<TrainingPage> {
  const served = await servedPage('training', isolation);
  const browser = await chromium.launch({
    executablePath: await needBrowser(),
    args: [...browserFlags, '--enable-blink-features=ForceEagerMeasureMemory'],
  });
  const page = await browser.newPage();
  page.setDefaultTimeout(0);
  if (script !== undefined) await page.addInitScript(script);
  await page.goto(served.url);
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
      await served.close();
    },
  };
}
