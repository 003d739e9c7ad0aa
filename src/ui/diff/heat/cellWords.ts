import type { TileOrder } from '../../../core/diffViews.ts';
import { real, shape } from '../../format.ts';
import type { Arrangement } from './arrangement.ts';
import type { CellValue } from './loadedTile.ts';

export const sideWords: Readonly<Record<TileOrder['of'], string>> = {
  a: 'A',
  b: 'B',
  difference: 'b − a',
};

/** A number that fits a cell of the picture. */
export function short(value: number): string {
  if (!Number.isFinite(value)) return real(value);
  if (value === 0) return '0';
  const size = Math.abs(value);
  const text = size >= 1e4 || size < 1e-3 ? value.toExponential(1) : value.toPrecision(3);
  return text.replace('-', '−');
}

/** `[3, 0, 1, 2]: 0.1234` of one element; of several their number and the largest. */
export function cellWords(of: TileOrder['of'], { index }: Arrangement, cell: CellValue): string {
  const { row, column, rows, columns, value } = cell;
  const from = shape(index(row, column));
  if (rows === 1 && columns === 1) return `${sideWords[of]} ${from} = ${real(value)}`;
  const to = shape(index(row + rows - 1, column + columns - 1));
  return `${sideWords[of]} ${from} to ${to}: the largest of ${rows * columns} is ${real(value)}`;
}
