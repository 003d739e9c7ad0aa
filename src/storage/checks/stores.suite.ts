import { afterEach, beforeEach, describe, it } from 'vitest';
import type { StoreBench } from './check.fixture.ts';
import { everyCheck } from './everyCheck.fixture.ts';

/** Every promise of the ports as tests of one adapter. `newBench` gives an empty place. */
export function storesSuite(adapter: string, newBench: () => StoreBench): void {
  describe(`the store ${adapter}`, () => {
    let bench: StoreBench;
    beforeEach(() => {
      bench = newBench();
    });
    afterEach(() => bench.end());
    for (const { name, run } of everyCheck) it(name, () => run(bench));
  });
}
