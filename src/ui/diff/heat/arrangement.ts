import type { TileOrder } from '../../../core/diffViews.ts';
import type { Dtype } from '../../../core/dtype.ts';
import type { Extent } from './scope.ts';

/** How a tensor is laid out as a picture. */
export interface Arrangement extends Extent {
  readonly layout: NonNullable<TileOrder['layout']>;
  /** Rows and columns of each slice that is bordered; 1 where there are none. */
  readonly sliceRows: number;
  readonly sliceColumns: number;
  /** What counts along the axes, for people. */
  readonly down: string;
  readonly across: string;
  readonly index: (row: number, column: number) => readonly number[];
}

/** Filters of two axes are pictures of their own; else the first axis goes down, the others across. */
export function arrangementOf(dtype: Dtype, shape: readonly number[]): Arrangement {
  const isComplex = dtype === 'c64' || dtype === 'c128';
  const [rows = 1, ...others] = shape;
  const [inputs = 1, ...kernel] = others;
  if (kernel.length === 2 && !isComplex) return filters(rows, inputs, kernel);
  const parts = isComplex ? 2 : 1;
  const slice = kernel.reduce((product, extent) => product * extent, parts);
  return {
    layout: 'matrix',
    rows,
    columns: others.reduce((product, extent) => product * extent, parts),
    sliceRows: 1,
    sliceColumns: others.length > 1 || isComplex ? slice : 1,
    down: shape.length < 2 ? 'element' : 'row',
    across: others.length > 1 ? 'second axis' : 'column',
    index: (row, column) => [
      ...(shape.length === 0 ? [] : [row]),
      ...unravel(column, others, isComplex),
    ],
  };
}

function unravel(at: number, extents: readonly number[], isComplex: boolean): number[] {
  const index: number[] = [];
  let rest = isComplex ? Math.floor(at / 2) : at;
  for (const extent of [...extents].reverse()) {
    index.unshift(rest % extent);
    rest = Math.floor(rest / extent);
  }
  return index;
}

function filters(
  outputs: number,
  inputs: number,
  [height = 1, width = 1]: readonly number[],
): Arrangement {
  return {
    layout: 'filters',
    rows: outputs * height,
    columns: inputs * width,
    sliceRows: height,
    sliceColumns: width,
    down: 'output channel',
    across: 'input channel',
    index: (row, column) => [
      Math.floor(row / height),
      Math.floor(column / width),
      row % height,
      column % width,
    ],
  };
}
