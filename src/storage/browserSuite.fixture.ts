import { idbBench } from './checks/benches.fixture.ts';
import { everyCheck } from './checks/everyCheck.fixture.ts';

/** What became of one check; without `error` it held. */
export interface CheckOutcome {
  readonly name: string;
  readonly error?: string;
}

/**
 * Runs every check of the store on the IndexedDB at hand, each on a database of its own that is
 * deleted afterwards. For a page or worker of a real browser: names no test framework.
 */
export async function runStorageChecks(
  packsAs: 'blob' | 'bytes' = 'blob',
): Promise<CheckOutcome[]> {
  const outcomes: CheckOutcome[] = [];
  for (const { name, run } of everyCheck) {
    const bench = idbBench(packsAs);
    try {
      await run(bench);
      outcomes.push({ name });
    } catch (error) {
      outcomes.push({ name, error: error instanceof Error ? error.message : String(error) });
    }
    await bench.end();
  }
  return outcomes;
}
