/**
 * The x that make Σ xⱼ · columnⱼ nearest to `target`, by Householder's orthogonal transformations.
 * Columns that are as good as dependent get 0.
 *
 * Source: Golub and Van Loan, Matrix Computations, 4th ed., §5.2 and §5.3.
 *
 * @param columns - of the length of `target`; overwritten, as `target` is.
 */
export function leastSquares(columns: readonly Float64Array[], target: Float64Array): Float64Array {
  const rows = target.length;
  const x = new Float64Array(columns.length);
  const pivots: number[] = [];
  let row = 0;
  for (const [j, column] of columns.entries()) {
    const whole = norm(column, 0);
    const below = norm(column, row);
    if (row >= rows || !(below > 1e-11 * whole)) continue;
    const v = column.slice(row);
    const head = v[0] as number;
    v[0] = head + (head < 0 ? -below : below);
    const square = v.reduce((sum, value) => sum + value * value, 0);
    for (const other of [...columns.slice(j), target]) reflect(other, v, square, row);
    pivots.push(j);
    row++;
  }
  for (let k = pivots.length - 1; k >= 0; k--) {
    const j = pivots[k] as number;
    let rest = target[k] as number;
    for (const later of pivots.slice(k + 1))
      rest -= ((columns[later] as Float64Array)[k] as number) * (x[later] as number);
    x[j] = rest / ((columns[j] as Float64Array)[k] as number);
  }
  return x;
}

function norm(column: Float64Array, from: number): number {
  let sum = 0;
  for (let i = from; i < column.length; i++) sum += (column[i] as number) ** 2;
  return Math.sqrt(sum);
}

function reflect(column: Float64Array, v: Float64Array, square: number, from: number): void {
  let dot = 0;
  for (let i = 0; i < v.length; i++) dot += (v[i] as number) * (column[from + i] as number);
  const by = (2 * dot) / square;
  for (let i = 0; i < v.length; i++)
    column[from + i] = (column[from + i] as number) - by * (v[i] as number);
}
