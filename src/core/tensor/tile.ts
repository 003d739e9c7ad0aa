import type { Tile } from '../diffViews.ts';

/**
 * A rectangle of a matrix made small: each cell is the number of largest magnitude of those it covers,
 * NaN where there is one. Bands of rows are given from top to bottom.
 */
export class TileCells {
  readonly #values: Float32Array<ArrayBuffer>;
  readonly #rows: number;
  readonly #columns: number;
  readonly height: number;
  readonly width: number;

  /** @param height - most rows of cells; `width` likewise. */
  constructor(rows: number, columns: number, height: number, width: number) {
    this.#rows = rows;
    this.#columns = columns;
    this.height = Math.min(rows, height);
    this.width = Math.min(columns, width);
    this.#values = new Float32Array(this.height * this.width);
  }

  /** @param row - first row of the band within the rectangle. */
  add(row: number, band: Float64Array): void {
    const columns = this.#columns;
    for (const [at, number] of band.entries()) {
      const y = Math.floor(((row + Math.floor(at / columns)) * this.height) / this.#rows);
      const x = Math.floor(((at % columns) * this.width) / columns);
      const cell = y * this.width + x;
      const known = this.#values[cell] ?? 0;
      if (Math.abs(number) > Math.abs(known) || number !== number) this.#values[cell] = number;
    }
  }

  result(totalRows: number, totalColumns: number): Tile {
    let [min, max] = [Infinity, -Infinity];
    for (const value of this.#values) {
      if (value - value !== 0) continue;
      min = Math.min(min, value);
      max = Math.max(max, value);
    }
    if (min > max) [min, max] = [NaN, NaN];
    const { height, width } = this;
    return { totalRows, totalColumns, height, width, values: this.#values, min, max };
  }
}
