import type { TensorPair } from '../../core/diffViews.ts';
import type { KnownRows } from './layerChange.ts';

export type PairColumn =
  'change' | 'state' | 'name' | 'dtype' | 'shape' | 'cosine' | 'largest' | 'flips' | 'looks';

/** Columns of the table, with what they say. */
export const pairColumns: readonly { readonly by: PairColumn; readonly label: string; readonly title: string }[] = [
    { by: 'state', label: 'State', title: 'How the two tensors compare' },
    { by: 'name', label: 'Tensor', title: 'Name in B; in A where B has none' },
    { by: 'change', label: 'Change', title: 'Relative change: norm of b − a over norm of a' },
    { by: 'looks', label: 'Looks like', title: 'What kind of update it looks like' },
    { by: 'cosine', label: 'Cosine', title: 'Cosine of the angle between a and b' },
    { by: 'largest', label: 'Largest', title: 'Largest magnitude of b − a' },
    { by: 'flips', label: 'Sign flips', title: 'Elements that changed their sign' },
    { by: 'shape', label: 'Shape', title: 'Extents of the axes, in B' },
    { by: 'dtype', label: 'Dtype', title: 'Type of the elements' },
  ]; // prettier-ignore

export interface PairOrder {
  readonly by: PairColumn;
  readonly down: boolean;
}

/** Sorted by where the change is. */
export const firstOrder: PairOrder = { by: 'change', down: true };

export interface PairFilter {
  readonly text: string;
  readonly is: TensorPair['is'] | 'different' | 'all';
}

export function nameOf({ a, b }: Pick<TensorPair, 'a' | 'b'>): string {
  return b?.name ?? a?.name ?? '';
}

/** B's shape; A's where B has none. */
export function shapeOf({ shapeA, shapeB }: TensorPair): readonly number[] {
  return shapeB ?? shapeA ?? [];
}

const sizeOf = (pair: TensorPair): number => shapeOf(pair).reduce((all, extent) => all * extent, 1);

/**
 * Without a number to sort by: what has no counterpart is all change, if a layer owns it; constants
 * that come and go with an exporter are the least. What is equal is none.
 */
function changeOfState({ is, layer }: TensorPair): number {
  if (is === 'equal') return -3;
  if (is === 'changed') return -1;
  return layer === undefined ? -2 : Infinity;
}

type Key = number | string;

function keyOf(pair: TensorPair, index: number, by: PairColumn, known: KnownRows): Key {
  const row = known.get(index);
  const number = (value: number | undefined): number =>
    value === undefined || Number.isNaN(value) ? -Infinity : value;
  const keys: Readonly<Record<PairColumn, () => Key>> = {
    change: () => (row === undefined ? changeOfState(pair) : number(row.relative)),
    state: () => pair.is,
    name: () => nameOf(pair),
    dtype: () => pair.dtype,
    shape: () => sizeOf(pair),
    cosine: () => number(row?.cosine),
    largest: () => number(row?.largest),
    flips: () => number(row?.signFlips),
    looks: () => row?.looksLike ?? '',
  };
  return keys[by]();
}

function compare(p: Key, q: Key): number {
  if (typeof p === 'string' || typeof q === 'string')
    return String(p).localeCompare(String(q), 'en');
  return p === q ? 0 : p < q ? -1 : 1;
}

/** Pairs as a table shows them, as indices. Of equals the first stays first. */
export function listPairs(
  pairs: readonly TensorPair[],
  known: KnownRows,
  { text, is }: PairFilter,
  { by, down }: PairOrder,
): number[] {
  const wanted = text.trim().toLowerCase();
  const fits = (pair: TensorPair): boolean =>
    (is === 'all' || (is === 'different' ? pair.is !== 'equal' : pair.is === is)) &&
    `${pair.a?.name ?? ''} ${pair.b?.name ?? ''}`.toLowerCase().includes(wanted);
  const keyed = pairs.flatMap((pair, index) =>
    fits(pair) ? [{ index, key: keyOf(pair, index, by, known) }] : [],
  );
  const sign = down ? -1 : 1;
  keyed.sort((p, q) => sign * compare(p.key, q.key) || p.index - q.index);
  return keyed.map(({ index }) => index);
}

/** Numbers begin with the largest, words with A; a second click turns round. */
export function nextPairOrder(order: PairOrder, by: PairColumn): PairOrder {
  if (order.by === by) return { by, down: !order.down };
  return { by, down: !['name', 'state', 'dtype', 'looks'].includes(by) };
}
