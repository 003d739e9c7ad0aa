import type { SnapshotId } from '../../core/ids.ts';
import { verdictOf } from '../../core/modelTests/rules.ts';
import type { ModelTest } from '../../core/modelTests/modelTest.ts';
import {
  decodeResults,
  encodeResults,
  type StoredResult,
} from '../../core/modelTests/storedResult.ts';
import type { TestResult } from '../../core/modelTests/testResult.ts';
import type { ContentStore } from '../../core/ports/contentStore.ts';
import type { WriterLock } from '../../core/ports/lineageLog.ts';
import type { TestMemory } from './testMemory.ts';

export interface ResultPorts {
  readonly content: ContentStore;
  readonly tested: TestMemory;
}

export interface KeepPorts extends ResultPorts {
  readonly lock: WriterLock;
}

/** Every result kept with a snapshot, of all tests and versions. */
export function keptResults(
  { content, tested }: ResultPorts,
  snapshot: SnapshotId,
): Promise<readonly StoredResult[]> {
  return tested.results(snapshot, () => readResults(content, snapshot));
}

async function readResults(content: ContentStore, snapshot: SnapshotId) {
  return decodeResults(await content.derived(snapshot, 'tests'));
}

/** Keeps a result instead of an older one of the same key and backend, beside what other tabs kept. */
export async function keepResult(
  { content, tested, lock }: KeepPorts,
  key: string,
  result: TestResult,
): Promise<void> {
  const { snapshot } = result;
  // Read, changed and written as one, so that results kept at the same time by other tabs stay too.
  await lock.exclusive(async () => {
    const stored = await readResults(content, snapshot);
    const others = stored.filter(
      (each) => each.key !== key || each.result.backend !== result.backend,
    );
    const results = [...others, { key, result }];
    await content.putDerived(snapshot, 'tests', encodeResults(results));
    tested.setResults(snapshot, results);
  });
}

/**
 * The newest of the results with this key, judged by the test's rules as they are now.
 *
 * @param backend - only of this one, or of what needs none; any when absent.
 */
export function currentResult(
  results: readonly StoredResult[],
  key: string,
  test: ModelTest,
  backend?: string,
): TestResult | undefined {
  let newest: TestResult | undefined;
  for (const { key: other, result } of results)
    if (
      other === key &&
      (backend === undefined || result.backend === backend || result.backend === 'none') &&
      (newest === undefined || result.at >= newest.at)
    )
      newest = result;
  return newest && judged(newest, test);
}

/** A result of the same numbers as the test judges them now. */
function judged(result: TestResult, test: ModelTest): TestResult {
  const own = { ...result, testVersion: test.version };
  return result.error === undefined ? { ...own, verdict: verdictOf(test, result.metrics) } : own;
}
