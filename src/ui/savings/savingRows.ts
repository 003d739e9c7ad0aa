import { savingHeadings, type ModelSavings, type SavingsReport } from '../../core/savingsViews.ts';
import { looks, storeParts, type AnyHeading } from './headings.ts';
import { isTensor, mostlyBy } from './mapCells.ts';

/** A row of the map as a table. */
export interface SavingRow {
  readonly key: string;
  readonly name: string;
  readonly rawBytes: number;
  readonly storedBytes: number;
  readonly by: AnyHeading;
  /** What it opens: a model's tensors, or a tensor of the model that is looked at. */
  readonly opens?: { readonly model: number } | { readonly tensor: string };
}

export type SavingColumn = 'name' | 'files' | 'stored' | 'saved' | 'by';
export interface SavingOrder {
  readonly by: SavingColumn;
  readonly down: boolean;
}

const byName = new Intl.Collator('en', { numeric: true });
const saved = ({ rawBytes, storedBytes }: SavingRow) => rawBytes - storedBytes;

const compared: Record<SavingColumn, (a: SavingRow, b: SavingRow) => number> = {
  name: (a, b) => byName.compare(a.name, b.name),
  files: (a, b) => a.rawBytes - b.rawBytes,
  stored: (a, b) => a.storedBytes - b.storedBytes,
  saved: (a, b) => saved(a) - saved(b),
  by: (a, b) => byName.compare(looks[a.by].label, looks[b.by].label),
};

/** A row for each model, and for what belongs to none: together all that is stored. */
export function modelRows(report: SavingsReport): SavingRow[] {
  return [
    ...report.models.map((model, index) => ({
      key: `${index}`,
      name: model.name,
      rawBytes: model.rawBytes,
      storedBytes: model.storedBytes,
      by: mostlyBy(model.held),
      opens: { model: index },
    })),
    ...storeParts(report).map(({ of, bytes }) => ({
      key: of,
      name: looks[of].label,
      rawBytes: 0,
      storedBytes: bytes,
      by: of,
    })),
  ];
}

/** A row for each tensor of a model, and for what of its files is none. */
export function tensorRows({ tensors }: ModelSavings): SavingRow[] {
  return tensors.names.map((name, index) => ({
    key: `${index}`,
    name,
    rawBytes: tensors.rawBytes[index] ?? 0,
    storedBytes: tensors.storedBytes[index] ?? 0,
    by: savingHeadings[tensors.by[index] ?? 0] ?? 'whole',
    ...(isTensor(name) ? { opens: { tensor: name } } : {}),
  }));
}

/** The rows in an order; those that are equal by it stay as they are. */
export function sortRows(rows: readonly SavingRow[], order: SavingOrder): SavingRow[] {
  const sign = order.down ? -1 : 1;
  return [...rows].sort((a, b) => sign * compared[order.by](a, b));
}

/** The order after a click on a column: figures begin with the largest, and turn at the second click. */
export function nextSavingOrder(order: SavingOrder, by: SavingColumn): SavingOrder {
  if (order.by === by) return { by, down: !order.down };
  return { by, down: by !== 'name' && by !== 'by' };
}
