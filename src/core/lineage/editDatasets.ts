import type { DatasetRecord } from '../data/dataset.ts';
import type { DatasetId } from '../ids.ts';
import { LineageError } from '../lineageError.ts';
import { checkedName, type Draft } from './editLineage.ts';
import type { Lineage } from './lineage.ts';

/** @throws LineageError `dataset-missing`. */
export function datasetOf(lineage: Lineage, id: DatasetId): DatasetRecord {
  const found = lineage.datasets.get(id);
  if (found === undefined) throw new LineageError('dataset-missing', { dataset: id });
  return found;
}

/** Adds a data set under its name, or the first `name (2)`, … that is free. */
export function addDataset(lineage: Lineage, record: DatasetRecord): Draft {
  const name = freeDataName(lineage, checkedName(record.name));
  return {
    kind: 'add-data',
    title: `Added the data set ${name}`,
    changes: [{ of: 'dataset', after: { ...record, name } }],
  };
}

/** @throws LineageError `dataset-missing`, `name-invalid`, `name-taken`. */
export function renameDataset(lineage: Lineage, id: DatasetId, name: string): Draft {
  const before = datasetOf(lineage, id);
  const wanted = checkedName(name);
  return {
    kind: 'rename-data',
    title: `Renamed the data set ${before.name} to ${wanted}`,
    changes: [{ of: 'dataset', before, after: { ...before, name: wanted } }],
  };
}

/** Replaces a data set's notes. @throws LineageError `dataset-missing`. */
export function annotateDataset(lineage: Lineage, id: DatasetId, notes: string): Draft {
  const before = datasetOf(lineage, id);
  return {
    kind: 'annotate-data',
    title: `Edited the notes of the data set ${before.name}`,
    changes: [{ of: 'dataset', before, after: { ...before, notes } }],
  };
}

/**
 * Takes a data set out of the list. Its bytes stay while a recipe uses them.
 *
 * @throws LineageError `dataset-missing`.
 */
export function removeDataset(lineage: Lineage, id: DatasetId): Draft {
  const before = datasetOf(lineage, id);
  return {
    kind: 'remove-data',
    title: `Removed the data set ${before.name}`,
    changes: [{ of: 'dataset', before }],
  };
}

function freeDataName(lineage: Lineage, name: string): string {
  const taken = new Set([...lineage.datasets.values()].map((dataset) => dataset.name));
  if (!taken.has(name)) return name;
  let number = 2;
  while (taken.has(`${name} (${number})`)) number++;
  return `${name} (${number})`;
}
