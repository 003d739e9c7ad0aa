/** How well a class is told. Shares are 0 to 1; undefined where nothing of the kind was there. */
export interface ClassMetrics {
  readonly name: string;
  /** Of what was called this class, how much is. */
  readonly precision: number | undefined;
  /** Of what is this class, how much was called so. */
  readonly recall: number | undefined;
  /** Harmonic mean of both. */
  readonly f1: number | undefined;
  /** Examples of the class. */
  readonly count: number;
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

/** @param confusion - counts by true class (row) and predicted class (column). */
export function classMetrics(
  confusion: readonly (readonly number[])[],
  classes: readonly string[] | undefined,
): ClassMetrics[] {
  return confusion.map((row, index) => {
    const right = row[index] ?? 0;
    const count = sum(row);
    const called = sum(confusion.map((other) => other[index] ?? 0));
    const precision = called === 0 ? undefined : right / called;
    const recall = count === 0 ? undefined : right / count;
    const f1 = count + called === 0 ? undefined : (2 * right) / (count + called);
    return { name: classes?.[index] ?? `${index}`, precision, recall, f1, count };
  });
}

/** The most frequent errors: true class, what it was called, how often. */
export function worstConfusions(
  confusion: readonly (readonly number[])[],
  classes: readonly string[] | undefined,
  most: number,
): { readonly is: string; readonly called: string; readonly count: number }[] {
  const name = (index: number) => classes?.[index] ?? `${index}`;
  return confusion
    .flatMap((row, r) => row.map((count, c) => ({ is: name(r), called: name(c), count, r, c })))
    .filter(({ r, c, count }) => r !== c && count > 0)
    .sort((a, b) => b.count - a.count)
    .slice(0, most)
    .map(({ is, called, count }) => ({ is, called, count }));
}
