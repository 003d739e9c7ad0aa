/**
 * The singular values of a matrix, descending, from its Gram matrix: the roots of its eigenvalues by
 * Jacobi rotations. Values below about 1e-8 of the largest are lost in rounding and come as 0.
 *
 * Source: Golub and Van Loan, Matrix Computations, 4th ed., §8.5 (cyclic Jacobi).
 *
 * @param gram - n·n, row-major, symmetric; overwritten.
 */
export function singularValuesOfGram(gram: Float64Array, n: number): number[] {
  const at = (i: number, j: number): number => gram[i * n + j] ?? 0;
  for (let sweep = 0; sweep < 30; sweep++) {
    let off = 0;
    let all = 0;
    for (let i = 0; i < n; i++)
      for (let j = 0; j < n; j++) {
        all += at(i, j) ** 2;
        if (i !== j) off += at(i, j) ** 2;
      }
    if (off <= 1e-30 * all) break;
    for (let p = 0; p < n - 1; p++) for (let q = p + 1; q < n; q++) rotate(gram, n, p, q);
  }
  return Array.from({ length: n }, (_, i) => Math.sqrt(Math.max(0, at(i, i)))).sort(
    (x, y) => y - x,
  );
}

function rotate(gram: Float64Array, n: number, p: number, q: number): void {
  const apq = gram[p * n + q] as number;
  if (apq === 0) return;
  const theta = ((gram[q * n + q] as number) - (gram[p * n + p] as number)) / (2 * apq);
  const t = (theta >= 0 ? 1 : -1) / (Math.abs(theta) + Math.hypot(theta, 1));
  const c = 1 / Math.hypot(t, 1);
  const s = t * c;
  for (let k = 0; k < n; k++) {
    const [x, y] = [gram[k * n + p] as number, gram[k * n + q] as number];
    gram[k * n + p] = c * x - s * y;
    gram[k * n + q] = s * x + c * y;
  }
  for (let k = 0; k < n; k++) {
    const [x, y] = [gram[p * n + k] as number, gram[q * n + k] as number];
    gram[p * n + k] = c * x - s * y;
    gram[q * n + k] = s * x + c * y;
  }
}

/**
 * Orthonormal columns that span those of `y`, by modified Gram-Schmidt, twice.
 *
 * @param y - rows·k, row-major; overwritten. Columns that depend on earlier ones become 0.
 */
export function orthonormalise(y: Float64Array, rows: number, k: number): void {
  for (let j = 0; j < k; j++) {
    let before = 0;
    for (let i = 0; i < rows; i++) before += (y[i * k + j] as number) ** 2;
    for (let round = 0; round < 2; round++)
      for (let l = 0; l < j; l++) {
        let dot = 0;
        for (let i = 0; i < rows; i++) dot += (y[i * k + j] as number) * (y[i * k + l] as number);
        for (let i = 0; i < rows; i++)
          y[i * k + j] = (y[i * k + j] as number) - dot * (y[i * k + l] as number);
      }
    let square = 0;
    for (let i = 0; i < rows; i++) square += (y[i * k + j] as number) ** 2;
    const by = square > 1e-24 * before ? 1 / Math.sqrt(square) : 0;
    for (let i = 0; i < rows; i++) y[i * k + j] = (y[i * k + j] as number) * by;
  }
}

/**
 * How many singular values hold `share` of the squared norm. Where only the largest are known, the rest
 * is taken to be as large as the last of them, so that the number is rather too small.
 *
 * @param total - squared norm of the matrix.
 */
export function rankOf(values: readonly number[], total: number, share: number): number {
  let held = 0;
  for (const [index, value] of values.entries()) {
    if (held >= share * total) return index;
    held += value * value;
  }
  const last = values.at(-1) ?? 0;
  const missing = Math.max(0, share * total * (1 - 1e-12) - held);
  return values.length + (last > 0 ? Math.ceil(missing / (last * last)) : 0);
}
