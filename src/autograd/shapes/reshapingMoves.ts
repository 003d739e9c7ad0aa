import { elementCount } from '../../core/dtype.ts';
import { intOf, intsOf } from '../../core/network/attributes.ts';
import type { OpNode } from '../../core/network/network.ts';
import { stridesOf } from '../evaluate/ndArray.ts';
import type { Known } from '../known.ts';
import { frontAxis, inputAt, inputOrAttribute, settledNumbers } from '../nodeInputs.ts';
import { unsupported } from '../unsupported.ts';
import { placesOf, strided, type Move } from './moves.ts';

/** Source: ONNX operators Reshape-14, Flatten-13, Squeeze-13, Unsqueeze-13, Transpose-13, Expand-13,
 * Slice-13, Tile-13, Identity-16, Trilu-14, ReverseSequence-10, and their earlier forms. */
export const reshapingMoves: Readonly<Record<string, Move>> = {
  Identity: ([input]) => ({ shape: input?.shape ?? [] }),
  Reshape: (inputs, node) => {
    const { shape } = inputAt(inputs, 0, node);
    const wanted = inputOrAttribute(inputs, 1, node, 'shape') ?? [];
    return { shape: reshaped(shape, wanted, node) };
  },
  Flatten: (inputs, node) => {
    const { shape } = inputAt(inputs, 0, node);
    const axis = intOf(node, 'axis', 1);
    const cut = axis < 0 ? axis + shape.length : axis;
    return { shape: [elementCount(shape.slice(0, cut)), elementCount(shape.slice(cut))] };
  },
  Squeeze: (inputs, node) => {
    const { shape } = inputAt(inputs, 0, node);
    const axes = inputOrAttribute(inputs, 1, node, 'axes')?.map((axis) =>
      frontAxis(axis, shape.length, node),
    );
    if (axes?.some((axis) => shape[axis] !== 1) === true)
      throw unsupported(node, `axes ${axes.join(', ')} of [${shape.join(', ')}] are not all of 1`);
    return {
      shape: shape.filter((extent, axis) => !(axes ? axes.includes(axis) : extent === 1)),
    };
  },
  Unsqueeze: (inputs, node) => {
    const { shape } = inputAt(inputs, 0, node);
    const given = inputOrAttribute(inputs, 1, node, 'axes') ?? [];
    const rank = shape.length + given.length;
    const axes = new Set(given.map((axis) => frontAxis(axis, rank, node)));
    const left = [...shape];
    return {
      shape: Array.from({ length: rank }, (_, at) => (axes.has(at) ? 1 : left.shift()) ?? 1),
    };
  },
  Transpose: (inputs, node) => {
    const { shape } = inputAt(inputs, 0, node);
    const order = permutationOf(node, shape.length);
    const strides = stridesOf(shape);
    const moved = order.map((axis) => shape[axis] ?? 1);
    return {
      shape: moved,
      from: () =>
        strided(
          moved,
          order.map((axis) => strides[axis] ?? 0),
        ),
    };
  },
  Expand: (inputs, node) => {
    const { shape } = inputAt(inputs, 0, node);
    const wanted = settledNumbers(inputs, 1, node) ?? [];
    const expanded = broadcast(shape, wanted, node);
    return {
      shape: expanded,
      from: () => {
        const fill = expanded.length - shape.length;
        const strides = stridesOf(shape);
        return strided(
          expanded,
          expanded.map((_, at) => (shape[at - fill] === 1 ? 0 : (strides[at - fill] ?? 0))),
        );
      },
    };
  },
  Tile: (inputs, node) => {
    const { shape } = inputAt(inputs, 0, node);
    const repeats = settledNumbers(inputs, 1, node) ?? [];
    const strides = stridesOf(shape);
    const tiled = shape.map((extent, axis) => extent * (repeats[axis] ?? 1));
    return {
      shape: tiled,
      from: () =>
        placesOf(tiled, (position) =>
          position.reduce(
            (place, index, axis) => place + (index % (shape[axis] ?? 1)) * (strides[axis] ?? 0),
            0,
          ),
        ),
    };
  },
  Slice: (inputs, node) => {
    const { shape } = inputAt(inputs, 0, node);
    const ranges = sliceRanges(inputs, node);
    const strides = stridesOf(shape);
    return {
      shape: ranges.map(({ count }) => count),
      from: () =>
        strided(
          ranges.map(({ count }) => count),
          ranges.map(({ step }, axis) => step * (strides[axis] ?? 0)),
          ranges.reduce((place, { start }, axis) => place + start * (strides[axis] ?? 0), 0),
        ),
    };
  },
  Trilu: (inputs, node) => {
    const { shape } = inputAt(inputs, 0, node);
    const k = settledNumbers(inputs, 1, node)?.[0] ?? 0;
    const upper = intOf(node, 'upper', 1) !== 0;
    const strides = stridesOf(shape);
    return {
      shape,
      from: () =>
        placesOf(shape, (position) => {
          const off = (position.at(-1) ?? 0) - (position.at(-2) ?? 0);
          if (upper ? off < k : off > k) return -1;
          return position.reduce((place, index, axis) => place + index * (strides[axis] ?? 0), 0);
        }),
    };
  },
};

/** The shape that Reshape gives: 0 copies an extent, −1 takes what is left. */
function reshaped(shape: readonly number[], wanted: readonly number[], node: OpNode): number[] {
  const keepZeros = intOf(node, 'allowzero', 0) !== 0;
  const copied = wanted.map((extent, at) =>
    extent === 0 && !keepZeros ? (shape[at] ?? 0) : extent,
  );
  const count = elementCount(shape);
  const others = elementCount(copied.filter((extent) => extent !== -1));
  const made = copied.map((extent) => (extent === -1 ? count / Math.max(others, 1) : extent));
  if (elementCount(made) !== count || made.some((extent) => !Number.isInteger(extent)))
    throw unsupported(node, `[${shape.join(', ')}] cannot become [${wanted.join(', ')}]`);
  return made;
}

/** The permutation of a Transpose; the axes reversed where it says nothing. */
export function permutationOf(node: OpNode, rank: number): readonly number[] {
  return intsOf(node, 'perm') ?? Array.from({ length: rank }, (_, axis) => rank - 1 - axis);
}

function broadcast(a: readonly number[], b: readonly number[], node: OpNode): number[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, at) => {
    const [x, y] = [a[at - rank + a.length] ?? 1, b[at - rank + b.length] ?? 1];
    if (x !== y && x !== 1 && y !== 1)
      throw unsupported(node, `[${a.join(', ')}] does not expand to [${b.join(', ')}]`);
    return x === 1 ? y : x;
  });
}

/** What a Slice takes of one axis. */
export interface SliceRange {
  readonly start: number;
  readonly step: number;
  readonly count: number;
}

/** For each axis what a Slice takes; whole axes too. Attributes of Slice-1 are understood. */
export function sliceRanges(
  inputs: readonly (Known | undefined)[],
  node: OpNode,
): readonly SliceRange[] {
  const { shape } = inputAt(inputs, 0, node);
  const starts = inputOrAttribute(inputs, 1, node, 'starts') ?? [];
  const ends = inputOrAttribute(inputs, 2, node, 'ends') ?? [];
  const axes = inputOrAttribute(inputs, 3, node, 'axes') ?? starts.map((_, at) => at);
  const steps = settledNumbers(inputs, 4, node);
  const ranges = shape.map((count): SliceRange => ({ start: 0, step: 1, count }));
  for (const [at, axis] of axes.entries()) {
    const front = frontAxis(axis, shape.length, node);
    ranges[front] = rangeOf(shape[front] ?? 1, starts[at] ?? 0, ends[at] ?? 0, steps?.[at] ?? 1);
  }
  return ranges;
}

/**
 * Source: ONNX Slice-13: a start is clamped to an element that is there, an end also to just before the
 * first; numpy's slicing gives nothing for a start before the first and a negative step.
 */
function rangeOf(extent: number, from: number, to: number, step: number): SliceRange {
  const high = step > 0 ? extent : extent - 1;
  const clamp = (index: number, low: number) =>
    Math.min(Math.max(index < 0 ? index + extent : index, low), high);
  const start = clamp(from, 0);
  const end = clamp(to, step > 0 ? 0 : -1);
  return { start, step, count: Math.max(0, Math.ceil((end - start) / step)) };
}
