import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'playwright/test';
import {
  exportedHashes,
  hasSharedData,
  importServed,
  modelFiles,
  openApp,
  serveFiles,
  sharedData,
} from './app.ts';

test.describe('real model families', () => {
  test.skip(!hasSharedData, 'SKIPPED: ../shared/data is not here, so no real families to import');

  test('import in one drop, and every model comes out byte for byte, after a reload', async ({
    page,
    context,
  }) => {
    test.setTimeout(300_000);
    const names = modelFiles(sharedData);
    await serveFiles(context, sharedData);
    await openApp(page);
    const report = await importServed(page, names);
    const failed = report.models.filter((model) => model.error !== undefined);
    expect(failed.map((model) => [path.basename(model.file), model.error?.code])).toEqual([
      ['v6.2_op18_ifless_broken.onnx', 'companion-missing'],
    ]);
    expect(report.storedBytes).toBeLessThan(report.rawBytes * 0.75);

    await openApp(page);
    for (const { id, file } of report.models) {
      if (id === undefined) continue;
      const hashes = await exportedHashes(page, id);
      const expected = createHash('sha256').update(readFileSync(path.join(sharedData, file)));
      expect(hashes, file).toEqual({ [path.basename(file)]: expected.digest('hex') });
    }
    const again = await importServed(page, names);
    expect(again.models.filter((model) => model.existing === true).length).toBe(names.length - 1);
    expect(again.storedBytes).toBeLessThan(200_000);
  });
});
