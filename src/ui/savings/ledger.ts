import { savingHeadings, type SavingsReport } from '../../core/savingsViews.ts';
import { looks, storeParts, type AnyHeading } from './headings.ts';

/** A line of the sum from files to what the browser says is used. */
export interface LedgerLine {
  readonly label: string;
  readonly of?: AnyHeading;
  /** What it adds, or where `total`, what there is by now. In bytes. */
  readonly bytes: number;
  readonly total?: true;
}

/** The files, less what each kind saves, and more for the store's own: down to what the browser says. */
export function ledgerLines(report: SavingsReport): LedgerLine[] {
  const saved = savingHeadings
    .map((of) => ({
      of,
      label: looks[of].label,
      bytes: report.held[of].storedBytes - report.held[of].rawBytes,
    }))
    .filter(({ bytes }) => bytes !== 0);
  const own = storeParts(report).map(({ of, bytes }) => ({ of, label: looks[of].label, bytes }));
  const { usage, storedBytes, rawBytes } = report;
  const lines: LedgerLine[] = [
    { label: 'Files, as they would lie in a folder', bytes: rawBytes, total: true },
    ...saved,
    ...own,
    { label: 'Stored', bytes: storedBytes, total: true },
  ];
  if (usage === undefined) return lines;
  return [
    ...lines,
    { label: 'The app itself and the browser’s database', bytes: usage - storedBytes },
    { label: 'Used, as the browser says', bytes: usage, total: true },
  ];
}

/** Whether the lines add up to each total, to the byte. */
export function addsUp(lines: readonly LedgerLine[]): boolean {
  let sum = 0;
  return lines.every(({ bytes, total }, index) => {
    if (total !== true || index === 0) {
      sum += bytes;
      return true;
    }
    return sum === bytes;
  });
}
