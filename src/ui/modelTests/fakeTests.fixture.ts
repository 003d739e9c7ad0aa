import { LineageError } from '../../core/lineageError.ts';
import type { TestApi } from '../../rpc/testApi.ts';

/** Testing in a lineage where nothing can be tested: no functions, no results. For tests of the interface. */
export function fakeTests(): TestApi {
  const missing = () => Promise.reject(new LineageError('function-missing', { function: 'none' }));
  return {
    testFunctions: () => Promise.resolve([]),
    saveTest: missing,
    removeTest: () => Promise.resolve(),
    testsOf: () => Promise.resolve([]),
    runTests: () =>
      Promise.resolve({ ran: 0, cached: 0, failed: 0, errors: 0, ms: 0, findings: [] }),
    tryTest: missing,
    testBoard: () => Promise.resolve({ results: [], stale: [], findings: [], metrics: {} }),
    exportTests: () => Promise.resolve(''),
  };
}
