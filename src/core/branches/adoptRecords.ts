import type { AdoptReport } from '../branchViews.ts';
import type { DatasetId, SnapshotId, TestId } from '../ids.ts';
import type { Lineage } from '../lineage/lineage.ts';
import type { Binding, ModelTest } from '../modelTests/modelTest.ts';
import { sameRecord } from '../lineage/sameRecord.ts';
import type { Adopting } from './adopting.ts';
import { matchDataset, matchTest, measured } from './matchModels.ts';

/** Their data sets and tests that are missing here: all of them, or those that what is new uses. */
export function adoptRecords(
  adopting: Adopting,
  before: Lineage,
): Pick<AdoptReport, 'datasets' | 'tests'> {
  return {
    datasets: adoptDatasets(adopting, before),
    tests: adoptTests(adopting, before),
  };
}

function adoptDatasets(
  { file, data, whole, fresh, trial, changes, skipped, newId }: Adopting,
  before: Lineage,
): string[] {
  const used = new Set<SnapshotId>();
  for (const id of fresh)
    for (const { dataset } of trial.nodes.get(id)?.recipe?.data ?? []) used.add(dataset);
  const names: string[] = [];
  for (const theirs of file.datasets) {
    if ((!whole && !used.has(theirs.snapshot)) || matchDataset(before, theirs) !== undefined)
      continue;
    if (!data.has(theirs.snapshot)) {
      skipped.push({
        name: theirs.name,
        why: 'its files are neither in the lineage file nor here',
      });
      continue;
    }
    const id = trial.datasets.has(theirs.id) ? (newId() as DatasetId) : theirs.id;
    const after = { ...theirs, id, name: suffixed(theirs.name, trial.datasets.values()) };
    trial.datasets.set(id, after);
    changes.push({ of: 'dataset', after });
    names.push(after.name);
  }
  return names;
}

function adoptTests(adopting: Adopting, before: Lineage): string[] {
  const { file, data, whole, fresh, trial, changes, skipped } = adopting;
  const names: string[] = [];
  for (const theirs of file.tests) {
    const known = matchTest(before, theirs);
    if (known !== undefined) {
      if (whole && !sameRecord(measured(known), measured(theirs)))
        skipped.push({ name: theirs.name, why: 'the test was edited: the one here is kept' });
      continue;
    }
    const bindings = theirs.bindings.flatMap((binding) => boundHere(adopting, binding));
    const isNew = bindings.some((binding) => binding.is === 'node' && fresh.has(binding.node));
    if (!whole && !isNew) continue;
    if (theirs.data !== undefined && !data.has(theirs.data.dataset)) {
      skipped.push({ name: theirs.name, why: 'its data is neither in the lineage file nor here' });
      continue;
    }
    if (bindings.length === 0 && theirs.bindings.length > 0) {
      skipped.push({ name: theirs.name, why: 'no model that it tests is here' });
      continue;
    }
    const after: ModelTest = {
      ...theirs,
      id: trial.tests.has(theirs.id) ? (adopting.newId() as TestId) : theirs.id,
      name: suffixed(theirs.name, trial.tests.values()),
      bindings,
    };
    trial.tests.set(after.id, after);
    changes.push({ of: 'test', after });
    names.push(after.name);
  }
  return names;
} // prettier-ignore

function boundHere({ ids }: Adopting, binding: Binding): Binding[] {
  if (binding.is !== 'node') return [binding];
  const node = ids.get(binding.node);
  return node === undefined ? [] : [{ ...binding, node }];
}

/** `name`, or with what says where it comes from, and a number where that is taken too. */
function suffixed(name: string, others: Iterable<{ readonly name: string }>): string {
  const taken = new Set([...others].map((other) => other.name));
  if (!taken.has(name)) return name;
  let candidate = `${name} (theirs)`;
  for (let number = 2; taken.has(candidate); number++) candidate = `${name} (theirs ${number})`;
  return candidate;
}
