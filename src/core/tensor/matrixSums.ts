/** Takes a matrix's numbers row by row, cut anywhere. */
export interface MatrixPass {
  update(numbers: Float64Array): void;
}

/** MᵀM of a matrix with few columns, n·n, row-major, in `gram`. */
export class ColumnsGram implements MatrixPass {
  readonly gram: Float64Array;
  readonly #row: Float64Array;
  #filled = 0;

  constructor(columns: number) {
    this.gram = new Float64Array(columns * columns);
    this.#row = new Float64Array(columns);
  }

  update(numbers: Float64Array): void {
    const n = this.#row.length;
    for (let at = 0; at < numbers.length;) {
      const take = Math.min(n - this.#filled, numbers.length - at);
      this.#row.set(numbers.subarray(at, at + take), this.#filled);
      this.#filled += take;
      at += take;
      if (this.#filled < n) return;
      this.#filled = 0;
      addOuter(this.gram, this.#row);
    }
  }
}

/** Adds the outer product of a vector with itself. */
function addOuter(gram: Float64Array, row: Float64Array): void {
  const n = row.length;
  for (let i = 0; i < n; i++) {
    const x = row[i] as number;
    if (x === 0) continue;
    for (let j = 0; j < n; j++)
      gram[i * n + j] = (gram[i * n + j] as number) + x * (row[j] as number);
  }
}

/** Keeps the columns from `from` to before `to` of a matrix, row-major, in `strip`. */
export class ColumnStrip implements MatrixPass {
  readonly strip: Float64Array;
  readonly #columns: number;
  readonly #from: number;
  readonly #to: number;
  #seen = 0;

  constructor(rows: number, columns: number, from: number, to: number) {
    this.strip = new Float64Array(rows * (to - from));
    this.#columns = columns;
    this.#from = from;
    this.#to = to;
  }

  update(numbers: Float64Array): void {
    const width = this.#to - this.#from;
    for (let at = 0; at < numbers.length;) {
      const column = (this.#seen + at) % this.#columns;
      const row = Math.floor((this.#seen + at) / this.#columns);
      const run = Math.min(this.#columns - column, numbers.length - at);
      const first = Math.max(this.#from, column);
      const end = Math.min(this.#to, column + run);
      if (first < end) {
        const part = numbers.subarray(at + first - column, at + end - column);
        this.strip.set(part, row * width + first - this.#from);
      }
      at += run;
    }
    this.#seen += numbers.length;
  }
}

/** The transposed of a matrix of `rows` rows, row-major. */
export function transposedMatrix(matrix: Float64Array, rows: number): Float64Array {
  const columns = rows === 0 ? 0 : matrix.length / rows;
  const result = new Float64Array(matrix.length);
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < columns; j++) result[j * rows + i] = matrix[i * columns + j] as number;
  return result;
}

/**
 * M·Ω for a random matrix of ±1 in `product` (rows·k): what the range finder of Halko, Martinsson and
 * Tropp, Finding structure with randomness, 2011, looks at. Ω depends on the place alone.
 */
export class RandomProduct implements MatrixPass {
  readonly product: Float64Array;
  readonly #signs: Int8Array;
  readonly #columns: number;
  readonly #k: number;
  #seen = 0;

  constructor(rows: number, columns: number, k: number) {
    this.product = new Float64Array(rows * k);
    this.#signs = new Int8Array(columns * k).map((_, index) => (mixed(index) & 1 ? 1 : -1));
    this.#columns = columns;
    this.#k = k;
  }

  update(numbers: Float64Array): void {
    const k = this.#k;
    for (const number of numbers) {
      const row = Math.floor(this.#seen / this.#columns) * k;
      const column = (this.#seen % this.#columns) * k;
      this.#seen++;
      if (number === 0) continue;
      for (let l = 0; l < k; l++)
        this.product[row + l] =
          (this.product[row + l] as number) + number * (this.#signs[column + l] as number);
    }
  }
}

/** QᵀM in `product` (k·columns) for Q of rows·k, row-major. */
export class Projection implements MatrixPass {
  readonly product: Float64Array;
  readonly #basis: Float64Array;
  readonly #columns: number;
  readonly #k: number;
  #seen = 0;

  constructor(basis: Float64Array, columns: number, k: number) {
    this.product = new Float64Array(columns * k);
    this.#basis = basis;
    this.#columns = columns;
    this.#k = k;
  }

  update(numbers: Float64Array): void {
    const k = this.#k;
    for (const number of numbers) {
      const row = Math.floor(this.#seen / this.#columns) * k;
      const column = (this.#seen % this.#columns) * k;
      this.#seen++;
      if (number === 0) continue;
      for (let l = 0; l < k; l++)
        this.product[column + l] =
          (this.product[column + l] as number) + number * (this.#basis[row + l] as number);
    }
  }
}

/** A hash of an integer that looks random. Source: Mueller, integer hash "lowbias32". */
function mixed(value: number): number {
  let x = value >>> 0;
  x = Math.imul(x ^ (x >>> 16), 0x7feb352d);
  x = Math.imul(x ^ (x >>> 15), 0x846ca68b);
  return (x ^ (x >>> 16)) >>> 0;
}
