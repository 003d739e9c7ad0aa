/** Prints rows as a markdown table; numbers are aligned right. */
export function printTable(
  head: readonly string[],
  rows: readonly (readonly (string | number)[])[],
): void {
  const line = (cells: readonly (string | number)[]) => `| ${cells.join(' | ')} |`;
  console.log(line(head));
  console.log(line(head.map((_, column) => (isNumeric(rows, column) ? '---:' : '---'))));
  for (const row of rows) console.log(line(row));
}

function isNumeric(rows: readonly (readonly (string | number)[])[], column: number): boolean {
  return rows.every(
    (row) => typeof row[column] === 'number' || /^[\d.,– ]*$/.test(row[column] ?? ''),
  );
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  const upper = sorted[half] ?? NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[half - 1] ?? NaN) + upper) / 2;
}

/** Milliseconds of each of `runs` calls, after one that is not counted, and the last result. */
export function timed<T>(runs: number, call: () => T): { readonly ms: number; readonly result: T } {
  let result = call();
  const times: number[] = [];
  for (let run = 0; run < runs; run++) {
    const started = performance.now();
    result = call();
    times.push(performance.now() - started);
  }
  return { ms: median(times), result };
}
