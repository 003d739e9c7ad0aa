import { expect, test } from 'playwright/test';
import type * as Arithmetic from '../src/app/arithmetic/browserArithmetic.fixture.ts';
import { bundle, openBundle } from './bundle.ts';

test('tensor arithmetic gives the same bits on WebGPU, on wasm and without either', async ({
  page,
}) => {
  const assets = await bundle('src/app/arithmetic/browserArithmetic.fixture.ts');
  await openBundle(page, assets);
  const found = await page.evaluate(async () => {
    const url = '/entry.js';
    const arithmetic = (await import(url)) as typeof Arithmetic;
    // More than one run, the last one filled up.
    return {
      ...(await arithmetic.compareArithmetic(7, 300_001)),
      probe: await arithmetic.probeArithmetic(),
    };
  });
  expect(found.wrong).toEqual({
    'steps on webgpu': 0,
    'difference on webgpu': 0,
    'steps on wasm': 0,
    'difference on wasm': 0,
  });
  expect(found.counted).toBeGreaterThan(100_000);
  expect(found.probe.speeds.map((each) => [each.on, each.exact])).toEqual([
    ['plain', true],
    ['webgpu', true],
    ['wasm', true],
  ]);
  // A GPU in software is never chosen.
  expect(found.probe.on).not.toBe('webgpu');
});
