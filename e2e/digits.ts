import type { Page } from 'playwright/test';
import { openApp } from './app.ts';

/** An app with the digits model, `digits`, and the digits that it has not seen, `writers`, as their sample adds them. */
export async function openDigits(page: Page): Promise<void> {
  await openApp(page);
  await page.evaluate(async () => {
    const file = async (name: string) =>
      new File([await (await fetch(`digits/${name}`)).blob()], name);
    await mgit.import([await file('digits.onnx')]);
    await mgit.addDataset(
      [await file('images.idx3-ubyte.gz'), await file('labels.idx1-ubyte.gz')],
      { name: 'writers' },
    );
  });
}
