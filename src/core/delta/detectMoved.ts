import { isFloat } from '../dtype.ts';
import type { GatherAxis, GatherDerivation } from './derivation.ts';
import { mixed } from './detectRanges.ts';
import { closeness } from './detectScaled.ts';
import { isFloatName, widthOf } from './numbers.ts';
import {
  elementsIn,
  numbersAtPlaces,
  spreadPlaces,
  type Hypothesis,
  type Window,
} from './window.ts';

/** Elements of the base that are indexed by value; of more, an even part. */
const indexedElements = 2 ** 18;
/** Elements looked at to choose the order of the axes. */
const probed = 600;
/** Share of the elements found by value whose place must follow from the axes. */
const fewestAgreeing = 0.8;
/** Most axes for which all orders are tried. */
const mostOrdered = 4;

/**
 * Whether a chunk's elements are those of another tensor in another place: axes in another order,
 * rows or channels kept, reordered, added. Every value is looked up in the base; where that finds
 * nothing, as in a tensor that was trained further, plain orders of the axes are compared.
 *
 * @param base - all of the tensor, or the part of it that matters.
 */
export function detectMoved(child: Window, base: Window, place: number): Hypothesis[] {
  const width = widthOf(child.dtype);
  if (child.dtype !== base.dtype || ![1, 2, 4, 8].includes(width)) return [];
  const shapes = commonShapes(child, base);
  if (shapes === undefined) return [];
  const byValue = width >= 4 ? tablesByValue(child, base, shapes) : undefined;
  const found = byValue ?? orderByCloseness(child, base, shapes);
  if (found === undefined) return [];
  const derivation = gatherOf(child, base, shapes, found.tables);
  return [{ derivation, windows: [place], share: found.share }];
}

/** Extents of both without those of 1: as many. */
interface Shapes {
  readonly mine: readonly number[];
  readonly theirs: readonly number[];
  /** For each order of the base's axes that is tried: the base's axis for each of the child's. */
  readonly orders: readonly (readonly number[])[];
}

function commonShapes(child: Window, base: Window): Shapes | undefined {
  const squeezed = ({ shape }: Window) => shape.filter((extent) => extent !== 1);
  let [mine, theirs] = [squeezed(child), squeezed(base)];
  if (mine.includes(0) || theirs.includes(0) || mine.length === 0 || theirs.length === 0)
    return undefined;
  if (mine.length !== theirs.length || mine.length > mostOrdered) {
    mine = asMatrix(mine);
    theirs = asMatrix(theirs);
  }
  return { mine, theirs, orders: permutations(mine.length) };
}

function asMatrix(shape: readonly number[]): number[] {
  return [shape[0] ?? 1, shape.slice(1).reduce((product, extent) => product * extent, 1)];
}

/** Orders of n things, the given one first. */
function permutations(n: number): number[][] {
  if (n === 0) return [[]];
  const shorter = permutations(n - 1);
  return Array.from({ length: n }, (_, first) => first).flatMap((first) =>
    shorter.map((rest) => [first, ...rest.map((axis) => (axis < first ? axis : axis + 1))]),
  );
}

interface Found {
  /** Order of the base's axes, and index in the base for each index of the child's axes. */
  readonly tables: { readonly order: readonly number[]; readonly of: readonly Int32Array[] };
  readonly share: number;
}

/** Elements of the child that are in the base once, with their places in both tensors. */
interface Hits {
  readonly mine: Float64Array;
  readonly theirs: Float64Array;
  readonly looked: number;
}

function tablesByValue(child: Window, base: Window, shapes: Shapes): Found | undefined {
  const hits = hitsOf(child, base);
  if (hits.mine.length < Math.max(4, hits.looked * 0.03)) return undefined;
  const some = spreadPlaces(hits.mine.length, probed);
  let best: { order: readonly number[]; score: number } | undefined;
  for (const order of shapes.orders) {
    const score = vote(hits, some, shapes, order).agreeing / some.length;
    if (score > (best?.score ?? 0.3)) best = { order, score };
  }
  if (best === undefined) return undefined;
  const all = Array.from(hits.mine.keys());
  const { tables, agreeing } = vote(hits, all, shapes, best.order);
  if (agreeing < fewestAgreeing * hits.mine.length) return undefined;
  const of = tables.map(filled);
  const known = of.reduce(
    (product, table) => (product * table.filter((index) => index >= 0).length) / table.length,
    1,
  );
  const isInPlace =
    best.order.every((axis, i) => axis === i) &&
    of.every((table) => table.every((index, i) => index === i));
  if (isInPlace && shapes.mine.every((extent, i) => extent === shapes.theirs[i])) return undefined;
  return { tables: { order: best.order, of }, share: Math.min(1, 0.01 + (1 - known)) };
}

/** Each element of the child that passes the filter, looked up in the base. */
function hitsOf(child: Window, base: Window): Hits {
  const [mine, theirs] = [codesOf(child), codesOf(base)];
  const part = Math.max(1, Math.ceil(theirs.length / indexedElements));
  const size = 2 ** Math.ceil(Math.log2((4 * theirs.length) / part + 16));
  const places = new Int32Array(size).fill(-1);
  const isIn = (code: number, hash: number) => code !== 0 && (hash >>> 0) % part === 0;
  const slotOf = (code: number, hash: number): number => {
    let slot = (hash >>> 7) & (size - 1);
    while ((places[slot] as number) !== -1 && theirs[Math.abs(places[slot] as number) - 2] !== code)
      slot = (slot + 1) & (size - 1);
    return slot;
  };
  let held = 0;
  for (let i = 0; i < theirs.length && 2 * held < size; i++) {
    const code = theirs[i] as number;
    const hash = mixed(code);
    if (!isIn(code, hash)) continue;
    const slot = slotOf(code, hash);
    // Places are kept 2 too high; negative ones say that the value is there more than once.
    if (places[slot] === -1) {
      places[slot] = i + 2;
      held++;
    } else places[slot] = -Math.abs(places[slot] as number);
  }
  const found: [number[], number[]] = [[], []];
  let looked = 0;
  for (let i = 0; i < mine.length; i++) {
    const code = mine[i] as number;
    const hash = mixed(code);
    if (!isIn(code, hash)) continue;
    looked++;
    const at = places[slotOf(code, hash)] as number;
    if (at < 2) continue;
    found[0].push(child.first + i);
    found[1].push(base.first + at - 2);
  }
  return { mine: Float64Array.from(found[0]), theirs: Float64Array.from(found[1]), looked };
}

/** A word for each element: its bits, or a mixture of its two halves. */
function codesOf(window: Window): Int32Array {
  const count = elementsIn(window);
  const width = widthOf(window.dtype);
  const { buffer } = window.bytes.byteOffset % 4 === 0 ? window.bytes : window.bytes.slice();
  const start = window.bytes.byteOffset % 4 === 0 ? window.bytes.byteOffset : 0;
  const words = new Int32Array(buffer, start, (count * width) / 4);
  if (width === 4) return words;
  return Int32Array.from(
    { length: count },
    (_, i) => (words[2 * i] as number) ^ mixed(words[2 * i + 1] as number),
  );
}

/** Index in the base for each index of the child, axis by axis, as the hits have it; and how many agree. */
function vote(
  hits: Hits,
  some: readonly number[],
  { mine, theirs }: Shapes,
  order: readonly number[],
): { readonly tables: Int32Array[]; readonly agreeing: number } {
  const tables = mine.map((extent) => new Int32Array(extent).fill(-1));
  const standing = mine.map((extent) => new Int32Array(extent));
  const strides = rowMajor(theirs);
  const each = (use: (table: Int32Array, index: number, to: number, axis: number) => boolean) => {
    let agreeing = 0;
    for (const hit of some) {
      let rest = hits.mine[hit] as number;
      const from = hits.theirs[hit] as number;
      let fits = true;
      for (let axis = mine.length - 1; axis >= 0; axis--) {
        const extent = mine[axis] as number;
        const index = rest % extent;
        rest = Math.floor(rest / extent);
        const theirAxis = order[axis] as number;
        const to =
          Math.floor(from / (strides[theirAxis] as number)) % (theirs[theirAxis] as number);
        fits = use(tables[axis] as Int32Array, index, to, axis) && fits;
      }
      if (fits) agreeing++;
    }
    return agreeing;
  };
  // The majority as Boyer and Moore find it: a candidate and its lead.
  each((table, index, to, axis) => {
    const lead = standing[axis] as Int32Array;
    if (lead[index] === 0) table[index] = to;
    lead[index] = (lead[index] as number) + (table[index] === to ? 1 : -1);
    return true;
  });
  return { tables, agreeing: each((table, index, to) => table[index] === to) };
}

function rowMajor(shape: readonly number[]): number[] {
  const strides = new Array<number>(shape.length).fill(1);
  for (let axis = shape.length - 2; axis >= 0; axis--)
    strides[axis] = (strides[axis + 1] ?? 1) * (shape[axis + 1] ?? 1);
  return strides;
}

/** A table whose single gaps go on from what is before and behind them. */
function filled(table: Int32Array): Int32Array {
  const result = table.slice();
  for (let i = 0; i < result.length;) {
    if ((result[i] as number) >= 0) {
      i++;
      continue;
    }
    let end = i;
    while (end < result.length && (result[end] as number) < 0) end++;
    const before = i === 0 ? -1 : (result[i - 1] as number);
    const fits = (i === 0 || before >= 0) && result[end] === before + 1 + end - i;
    if (fits) for (let k = i; k < end; k++) result[k] = before + 1 + k - i;
    i = end;
  }
  return result;
}

/** The order of axes, each cut or lengthened at its end, that comes nearest by samples. */
function orderByCloseness(child: Window, base: Window, shapes: Shapes): Found | undefined {
  const places = spreadPlaces(elementsIn(child), probed);
  const mine = numbersAtPlaces(child, places);
  const inPlace = shapes.mine.join() === shapes.theirs.join();
  let best: Found | undefined;
  for (const order of shapes.orders) {
    const isPlain = order.every((axis, i) => axis === i);
    if (isPlain && inPlace) continue;
    const of = shapes.mine.map((extent, axis) => {
      const there = shapes.theirs[order[axis] as number] as number;
      return Int32Array.from({ length: extent }, (_, i) => (i < there ? i : -1));
    });
    const derivation = gatherOf(child, base, shapes, { order, of });
    const share = shareLeft(child, base, derivation, places, mine);
    // Other orders than the plain one need better proof: there are many to be right by chance.
    if (share < (best?.share ?? (isPlain ? 0.75 : 0.6))) best = { tables: { order, of }, share };
  }
  return best;
}

/** Share of the bits that are left over at some places; what the base does not have counts whole. */
function shareLeft(
  child: Window,
  base: Window,
  derivation: GatherDerivation,
  places: readonly number[],
  mine: Float64Array,
): number {
  const elements = elementsIn(base);
  const there = places.map((place) => placeIn(derivation, place));
  const known = places.flatMap((_, i) => {
    const at = there[i] as number;
    return at >= 0 && at < elements ? [i] : [];
  });
  if (known.length < 8) return 1;
  const a = Float64Array.from(known, (i) => mine[i] as number);
  const b = numbersAtPlaces(
    base,
    known.map((i) => there[i] as number),
  );
  const { dtype } = child;
  const left = isFloatName(dtype)
    ? closeness(dtype, a, b)
    : a.filter((value, i) => value !== b[i]).length / a.length;
  const fresh = 1 - known.length / places.length;
  return Math.min(1, left * (1 - fresh) + fresh * (isFloat(dtype) ? 0.9 : 1));
}

function placeIn({ axes, first, offset }: GatherDerivation, element: number): number {
  let rest = first + element;
  let place = offset;
  for (let axis = axes.length - 1; axis >= 0; axis--) {
    const { extent, stride, table } = axes[axis] as GatherAxis;
    const index = rest % extent;
    rest = Math.floor(rest / extent);
    const to = table === undefined ? index : (table[index] as number);
    if (to < 0) return -1;
    place += to * stride;
  }
  return place;
}

/** The derivation of a window, its first axis cut to the rows that it touches. */
function gatherOf(
  child: Window,
  base: Window,
  { mine, theirs }: Shapes,
  { order, of }: Found['tables'],
): GatherDerivation {
  const strides = rowMajor(theirs);
  const inner = mine.slice(1).reduce((product, extent) => product * extent, 1);
  const from = Math.floor(child.first / inner);
  const to = Math.ceil((child.first + elementsIn(child)) / inner);
  let offset = -base.first;
  const axes = of.map((whole, axis): GatherAxis => {
    const table = axis === 0 ? whole.slice(from, to) : whole;
    const stride = strides[order[axis] as number] as number;
    const start = table[0] ?? 0;
    const isRun = start >= 0 && table.every((index, i) => index === start + i);
    if (!isRun) return { extent: table.length, stride, table };
    offset += start * stride;
    return { extent: table.length, stride };
  });
  const width = widthOf(child.dtype) as 1 | 2 | 4 | 8;
  return { is: 'gather', elementBytes: width, offset, first: child.first - from * inner, axes };
}
