import type { Layer, LayerParameter } from '../architecture.ts';
import type { Dtype } from '../dtype.ts';
import type { TensorPair } from '../diffViews.ts';
import type { LayerMatching } from './matchLayers.ts';

/** What pairing reads of a tensor. */
export interface DiffTensor {
  readonly name: string;
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  /** Equal for equal bytes under an equal view; undefined for text. */
  readonly content?: string | undefined;
}

/** A tensor with the layer that reads it first, and as what. */
interface Placed extends DiffTensor {
  readonly index: number;
  readonly layer?: number;
  readonly slot?: string;
  readonly transposed: boolean;
}

/** Tables of the leftovers' common subsequence up to this many cells. */
const mostCells = 16e6;

/**
 * Pairs the tensors of two models, each at most once: those of the same content in the same place, then
 * by matched layer and slot, then by content wherever it is, by name and shape, and at last by the
 * longest common subsequence of dtypes and shapes. Tensors of a matched layer are its own changed ones
 * before they are another layer's equal ones: small tensors are often equal by chance.
 *
 * @param layerOf - the index in the diff's layers of a layer of a side.
 * @returns in order of `b`, tensors that are only in `a` after the one they follow there.
 */
export function pairTensors(
  a: { readonly layers: readonly Layer[]; readonly tensors: readonly DiffTensor[] },
  b: { readonly layers: readonly Layer[]; readonly tensors: readonly DiffTensor[] },
  matching: LayerMatching,
  layerOf: (side: 'a' | 'b', layer: number) => number | undefined,
): TensorPair[] {
  const [left, right] = [placed(a.layers, a.tensors), placed(b.layers, b.tensors)];
  const pairs = new Map<number, { readonly x: Placed; readonly by: string }>();
  const used = new Set<number>();
  const place = (tensor: Placed, side: 'a' | 'b'): string | undefined => {
    if (tensor.layer === undefined) return undefined;
    const layer = side === 'a' ? matching.ofA[tensor.layer] : tensor.layer;
    return layer === undefined ? undefined : `${layer} ${tensor.slot ?? ''}`;
  };
  const joined = (...parts: (string | undefined)[]): string | undefined =>
    parts.includes(undefined) ? undefined : parts.join('\n');
  const shapeOf = ({ shape }: Placed): string => [...shape].sort((p, q) => p - q).join();
  const rules: readonly (readonly [string, (tensor: Placed, side: 'a' | 'b') => string | undefined])[] = [
    ['content', (tensor, side) => joined(tensor.content, place(tensor, side))],
    ['content', (tensor) => joined(tensor.content, tensor.name)],
    ['layer', place],
    ['content', ({ content }) => content],
    ['name', (tensor) => `${tensor.name}\n${shapeOf(tensor)}`],
  ]; // prettier-ignore
  for (const [by, key] of rules) {
    const waiting = new Map<string, Placed[]>();
    for (const tensor of left) {
      const own = used.has(tensor.index) ? undefined : key(tensor, 'a');
      if (own !== undefined) waiting.set(own, [...(waiting.get(own) ?? []), tensor]);
    }
    for (const tensor of right) {
      const own = pairs.has(tensor.index) ? undefined : key(tensor, 'b');
      const x = own === undefined ? undefined : waiting.get(own)?.shift();
      if (x === undefined) continue;
      pairs.set(tensor.index, { x, by });
      used.add(x.index);
    }
  }
  const inOrder = commonSubsequence(
    left.filter(({ index }) => !used.has(index)),
    right.filter(({ index }) => !pairs.has(index)),
  );
  for (const [x, y] of inOrder) {
    pairs.set(y.index, { x, by: 'shape and order' });
    used.add(x.index);
  }
  return listed(left, right, pairs, used, layerOf);
}

function placed(layers: readonly Layer[], tensors: readonly DiffTensor[]): Placed[] {
  const owners = new Map<number, { readonly layer: number; readonly parameter: LayerParameter }>();
  for (const [layer, { parameters }] of layers.entries())
    for (const parameter of parameters)
      if (!owners.has(parameter.tensor)) owners.set(parameter.tensor, { layer, parameter });
  return tensors.map((tensor, index) => {
    const owner = owners.get(index);
    if (owner === undefined) return { ...tensor, index, transposed: false };
    const { layer, parameter } = owner;
    return { ...tensor, index, layer, slot: parameter.slot, transposed: parameter.transposed };
  });
}

function commonSubsequence(a: readonly Placed[], b: readonly Placed[]): [Placed, Placed][] {
  const width = b.length + 1;
  if ((a.length + 1) * width > mostCells) return [];
  const key = ({ dtype, shape }: Placed): string => `${dtype} ${shape.join()}`;
  const [keysA, keysB] = [a.map(key), b.map(key)];
  const best = new Uint32Array((a.length + 1) * width);
  const cell = (at: number): number => best[at] ?? 0;
  for (let x = 1; x <= a.length; x++)
    for (let y = 1; y <= b.length; y++) {
      const at = x * width + y;
      best[at] =
        keysA[x - 1] === keysB[y - 1]
          ? cell(at - width - 1) + 1
          : Math.max(cell(at - 1), cell(at - width));
    }
  const pairs: [Placed, Placed][] = [];
  for (let x = a.length, y = b.length; x > 0 && y > 0;) {
    const [p, q] = [a[x - 1], b[y - 1]];
    if (p && q && keysA[x - 1] === keysB[y - 1]) {
      pairs.push([p, q]);
      x--;
      y--;
    } else if (cell(x * width + y - 1) > cell((x - 1) * width + y)) y--;
    else x--;
  }
  return pairs.reverse();
}

function listed(
  left: readonly Placed[],
  right: readonly Placed[],
  pairs: ReadonlyMap<number, { readonly x: Placed; readonly by: string }>,
  used: ReadonlySet<number>,
  layerOf: (side: 'a' | 'b', layer: number) => number | undefined,
): TensorPair[] {
  const ownLayer = (side: 'a' | 'b', { layer }: Placed): { readonly layer?: number } => {
    const index = layer === undefined ? undefined : layerOf(side, layer);
    return index === undefined ? {} : { layer: index };
  };
  const rows: TensorPair[] = [];
  let next = 0;
  const removedUpTo = (end: number): void => {
    for (; next < end; next++) {
      const x = left[next];
      if (x === undefined || used.has(x.index)) continue;
      rows.push({
        a: { index: x.index, name: x.name }, dtype: x.dtype, shapeA: x.shape,
        is: 'removed', transposed: false, by: '', ...ownLayer('a', x),
      }); // prettier-ignore
    }
  };
  for (const y of right) {
    const pair = pairs.get(y.index);
    const b = { index: y.index, name: y.name };
    if (pair === undefined) {
      rows.push({ b, dtype: y.dtype, shapeB: y.shape, is: 'added', transposed: false, by: '', ...ownLayer('b', y) }); // prettier-ignore
      continue;
    }
    const { x, by } = pair;
    removedUpTo(x.index);
    const transposed = isTransposed(x, y);
    rows.push({
      a: { index: x.index, name: x.name }, b, dtype: y.dtype, shapeA: x.shape, shapeB: y.shape,
      is: relationOf(x, y, transposed), transposed, by, ...ownLayer('b', y),
    }); // prettier-ignore
  }
  removedUpTo(left.length);
  return rows;
}

/** Two matrices that lie across: as their layers say, or as their shapes do. */
function isTransposed(x: Placed, y: Placed): boolean {
  const [[p, q], [r, s]] = [x.shape, y.shape];
  if (x.dtype === 'c64' || x.dtype === 'c128') return false;
  if (x.shape.length !== 2 || y.shape.length !== 2 || p !== s || q !== r) return false;
  return p !== q || x.transposed !== y.transposed;
}

function relationOf(x: Placed, y: Placed, transposed: boolean): TensorPair['is'] {
  const same = x.shape.join() === y.shape.join();
  if (!same && !transposed) return 'reshaped';
  if (transposed || x.dtype !== y.dtype) return 'changed';
  // Text has no content id: it is part of the architecture, and is taken for equal by name.
  return x.content === y.content ? 'equal' : 'changed';
}
