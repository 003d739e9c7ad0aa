import { expect, test, type Page } from 'playwright/test';
import type * as Operators from '../src/autograd/browserOperators.fixture.ts';
import { bundle, openBundle, type Bundle } from './bundle.ts';

let assets: Bundle;

test.beforeAll(async () => {
  assets = await bundle('src/autograd/browserOperators.fixture.ts');
});

async function runEveryOperator(
  page: Page,
  ...given: Parameters<(typeof Operators)['runEveryOperator']>
) {
  await openBundle(page, assets);
  return page.evaluate(async (parameters) => {
    const url = '/entry.js';
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
