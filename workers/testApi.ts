import { testService } from '../src/app/modelTests/testService.ts';
import type { TestApi } from '../src/rpc/testApi.ts';
import type { Wired } from './wired.ts';

/** The part of the lineage worker's API that tests models. */
export function testApi(wired: Promise<Wired>): TestApi {
  const testing = wired.then(({ ports }) => testService(ports));
  // A store that cannot be opened is told to each caller; this only keeps it from being unhandled.
  testing.catch(() => undefined);
  return {
    testFunctions: async (nodes) => (await testing).functions(nodes),
    saveTest: async (order) => (await testing).save(order),
    removeTest: async (id) => (await testing).remove(id),
    testsOf: async (node) => (await testing).testsOf(node),
    runTests: async (order, signal, onProgress, onResult) =>
      (await testing).run(order, { signal, onProgress }, onResult),
    tryTest: async (order, node, signal, onProgress) =>
      (await testing).try(order, node, { signal, onProgress }),
    testBoard: async () => (await testing).board(),
    exportTests: async (format, nodes) => (await testing).export(format, nodes),
  };
}
