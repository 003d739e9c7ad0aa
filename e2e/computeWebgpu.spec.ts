import { expect, test, type Page } from 'playwright/test';
import type * as Trainings from '../src/compute/browserTraining.fixture.ts';
import { bundle, openBundle, type Bundle } from './bundle.ts';

let assets: Bundle;

test.beforeAll(async () => {
  assets = await bundle('src/compute/browserTraining.fixture.ts');
});

/** Runs one of the trainings in a page of its own, and gives what was loaded for it too. */
async function run<Name extends keyof typeof Trainings>(
  page: Page,
  name: Name,
  ...given: Parameters<(typeof Trainings)[Name]>
) {
  const loaded = await openBundle(page, assets);
  const found = await page.evaluate(
    async ([wanted, parameters]) => {
      const url = '/entry.js';
      const all = (await import(url)) as Record<string, (...each: unknown[]) => unknown>;
      return all[wanted]?.(...parameters);
    },
    [name, given] as const,
  );
  return { found: found as Awaited<ReturnType<(typeof Trainings)[Name]>>, loaded };
}

test('trains a convolutional network on WebGPU as on wasm', async ({ page }) => {
  const { found } = await run(page, 'trainOnBoth');
  const { webgpu, wasm, report } = found;
  expect(report.webgpu).toMatchObject({ is: 'ready' });
  expect([webgpu.backend, wasm.backend]).toEqual(['webgpu', 'wasm']);
  expect(webgpu.adapter).not.toBe('');
  expect(webgpu.losses).toHaveLength(10);
  for (const [step, loss] of wasm.losses.entries())
    expect(webgpu.losses[step]).toBeCloseTo(loss, 3);
  expect(wasm.losses.at(-1)).toBeLessThan((wasm.losses[0] ?? 0) * 0.7);
  expect(webgpu.accuracy).toBeGreaterThan(0.6);
  // Tried at the same time: runs take turns.
  for (const tried of webgpu.tried)
    for (const [at, value] of (wasm.tried[0] ?? []).entries())
      expect(tried[at]).toBeCloseTo(value, 3);
  expect(webgpu.tried.map((each) => each.length)).toEqual([160, 160, 160]);
});

test('goes on from the checkpoint on a new device when the GPU is lost', async ({ page }) => {
  const { found } = await run(page, 'loseDevices', 1);
  expect(found.devices).toBe(2);
  expect(found.notices).toEqual(['filled-batch', 'device-lost']);
  expect(found.backend).toBe('webgpu');
  expect(found.steps).toBe(14);
  expect(found.loss).toBeCloseTo(found.lossOnWasm ?? Number.NaN, 3);
});

test('moves to wasm when the GPU is lost twice', async ({ page }) => {
  const { found } = await run(page, 'loseDevices', 2);
  expect(found.devices).toBe(2);
  expect(found.notices).toEqual(['filled-batch', 'device-lost', 'device-lost', 'moved-to-wasm']);
  expect(found.backend).toBe('wasm');
  expect(found.loss).toBeCloseTo(found.lossOnWasm ?? Number.NaN, 3);
});

test('leaks nothing over four hundred steps, and loads no other backend', async ({ page }) => {
  const { found, loaded } = await run(page, 'manySteps');
  expect(found.steps).toBe(406);
  expect(found.held).toBe(0);
  // Flat: one buffer a step would be hundreds more.
  const [first = 0] = found.alive;
  for (const alive of found.alive) expect(Math.abs(alive - first)).toBeLessThan(10);
  expect(loaded.filter((path) => path.endsWith('.wasm'))).toHaveLength(1);
  expect(loaded.find((path) => path.endsWith('.wasm'))).toContain('asyncify');
});
