import { dtypeBits } from '../../../core/dtype.ts';
import type { TensorRow } from '../../../core/views.ts';
import { shape } from '../../format.ts';
import { storedShort } from './storageWords.ts';

export type TensorColumn = 'index' | 'name' | 'dtype' | 'shape' | 'bytes' | 'role' | 'stored';

export interface TensorOrder {
  readonly by: TensorColumn;
  readonly down: boolean;
}

const byName = new Intl.Collator('en', { numeric: true });
const elements = (row: TensorRow) => row.shape.reduce((product, extent) => product * extent, 1);

const compared: Record<TensorColumn, (a: TensorRow, b: TensorRow) => number> = {
  index: (a, b) => a.index - b.index,
  name: (a, b) => byName.compare(a.name, b.name),
  dtype: (a, b) => dtypeBits[a.dtype] - dtypeBits[b.dtype] || byName.compare(a.dtype, b.dtype),
  shape: (a, b) => elements(a) - elements(b),
  bytes: (a, b) => a.sizeBytes - b.sizeBytes,
  role: (a, b) => byName.compare(a.role, b.role),
  stored: (a, b) => storedBytes(a) - storedBytes(b),
};

/** Bytes the tensor takes as stored, whoever shares them; its raw size where that is not known. */
export function storedBytes(row: TensorRow): number {
  return row.storage?.storedBytes ?? row.sizeBytes;
}

/** The rows whose name, dtype, shape, role or storage contain every word of the filter, in order. */
export function listTensors(
  rows: readonly TensorRow[],
  filter: string,
  order: TensorOrder,
): TensorRow[] {
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
  const sign = order.down ? -1 : 1;
  return rows
    .filter((row) => {
      if (words.length === 0) return true;
      const text = `${row.name} ${row.dtype} ${shape(row.shape)} ${row.role} ${row.storage === undefined ? '' : storedShort(row.storage)}`;
      return words.every((word) => text.toLowerCase().includes(word));
    })
    .sort((a, b) => sign * compared[order.by](a, b) || a.index - b.index);
}

/** The order after a click on a column: its natural direction, the other, that of the file. */
export function nextOrder(order: TensorOrder, by: TensorColumn): TensorOrder {
  const largestFirst = by === 'bytes' || by === 'stored';
  if (order.by !== by) return { by, down: largestFirst };
  return order.down === largestFirst ? { by, down: !order.down } : { by: 'index', down: false };
}
