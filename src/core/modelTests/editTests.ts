import type { TestId } from '../ids.ts';
import { checkedName, type Draft } from '../lineage/editLineage.ts';
import type { Lineage } from '../lineage/lineage.ts';
import { sameRecord } from '../lineage/sameRecord.ts';
import { LineageError } from '../lineageError.ts';
import type { ModelTest } from './modelTest.ts';
import { testKey } from './storedResult.ts';

/** @throws LineageError `test-missing`. */
export function testOf(lineage: Lineage, id: TestId): ModelTest {
  const found = lineage.tests.get(id);
  if (found === undefined) throw new LineageError('test-missing', { test: id });
  return found;
}

/** @throws LineageError `name-invalid`, `name-taken`. */
export function addTest(lineage: Lineage, test: ModelTest): Draft {
  const name = freeName(lineage, test);
  return {
    kind: 'add-test',
    title: `Added the test ${name}`,
    changes: [{ of: 'test', after: { ...test, name, version: 1 } }],
  };
}

/**
 * Replaces a test. Its version is raised where the edit can change a result or a verdict.
 *
 * @throws LineageError `test-missing`, `name-invalid`, `name-taken`.
 */
export function editTest(lineage: Lineage, test: ModelTest): Draft {
  const before = testOf(lineage, test.id);
  const name = freeName(lineage, test);
  const same =
    testKey(before, undefined) === testKey(test, undefined) &&
    sameRecord(before.success, test.success);
  const { createdAt } = before;
  const version = same ? before.version : before.version + 1;
  return {
    kind: 'edit-test',
    title: `Edited the test ${name}`,
    changes: [{ of: 'test', before, after: { ...test, name, version, createdAt } }],
  };
}

/** Takes a test off the lineage; its results stay with the models and come back with an undo. */
export function removeTest(lineage: Lineage, id: TestId): Draft {
  const before = testOf(lineage, id);
  return {
    kind: 'remove-test',
    title: `Removed the test ${before.name}`,
    changes: [{ of: 'test', before }],
  };
}

function freeName(lineage: Lineage, { id, name }: Pick<ModelTest, 'id' | 'name'>): string {
  const wanted = checkedName(name);
  for (const other of lineage.tests.values())
    if (other.name === wanted && other.id !== id)
      throw new LineageError('name-taken', { name: wanted });
  return wanted;
}
