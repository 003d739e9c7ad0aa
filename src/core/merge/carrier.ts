import type { Signature } from '../architecture.ts';
import type { MergeSide, MergeSides } from './mergeSide.ts';
import type { StructuralChange } from './structure.ts';

/** Whose file the merge is, with other values; or why no file can be both. */
export type Carrier =
  { readonly is: 'x' | 'y' } | { readonly is: 'none'; readonly because: readonly string[] };

/**
 * The side whose structure has all structural changes of both. Where both changed the structure in ways
 * that are not one within the other there is none: two files cannot be spliced.
 */
export function carrierOf(
  sides: MergeSides,
  ofX: readonly StructuralChange[],
  ofY: readonly StructuralChange[],
): Carrier {
  const unlike = unlikeSignatures(sides);
  if (unlike.length > 0) return { is: 'none', because: unlike };
  const [keysOfX, keysOfY] = [ofX, ofY].map((list) => new Set(list.map(({ key }) => key)));
  if (keysOfX === undefined || keysOfY === undefined) throw new Error('two sides');
  const onlyX = ofX.filter(({ key }) => !keysOfY.has(key));
  const onlyY = ofY.filter(({ key }) => !keysOfX.has(key));
  if (onlyX.length > 0 && onlyY.length > 0)
    return { is: 'none', because: clashes(sides, onlyX, onlyY) };
  if (onlyX.length === 0 && onlyY.length === 0) return equalStructure(sides, ofX.length > 0);
  return { is: onlyY.length > 0 ? 'y' : 'x' };
}

function equalStructure({ x, y }: MergeSides, changed: boolean): Carrier {
  const both = x.program !== undefined && y.program !== undefined;
  if (changed && both && x.program !== y.program)
    return {
      is: 'none',
      because: [
        `${x.name} and ${y.name} have the same new layers, but compute otherwise between them`,
      ],
    };
  // A file with its computation rather than one of weights alone.
  return { is: x.program === undefined && y.program !== undefined ? 'y' : 'x' };
}

function clashes(
  { x, y }: MergeSides,
  onlyX: readonly StructuralChange[],
  onlyY: readonly StructuralChange[],
): string[] {
  const places = new Map(onlyY.map((change) => [change.place, change]));
  const same = onlyX.flatMap((change) => {
    const other = places.get(change.place);
    return other === undefined
      ? []
      : [`${x.name} ${change.what}, and ${y.name} ${other.what} in another way`];
  });
  if (same.length > 0) return same;
  const [first, second] = [onlyX[0]?.what ?? '', onlyY[0]?.what ?? ''];
  return [
    `both changed the structure: ${x.name} ${first}, ${y.name} ${second}. No file has both; make one of the changes again on the other model`,
  ];
}

/** Why two models do not take and give the same. A state dict says nothing of it. */
function unlikeSignatures({ x, y }: MergeSides): string[] {
  const [a, b] = [x.architecture, y.architecture];
  if (a.inputs.length + a.outputs.length === 0 || b.inputs.length + b.outputs.length === 0)
    return [];
  const inputs =
    a.inputs.length === b.inputs.length
      ? a.inputs.flatMap((one, i) => unlike('takes', one, b.inputs[i], x, y))
      : [
          `${x.name} takes ${counted(a.inputs.length)} and ${y.name} ${counted(b.inputs.length)}: one is not a version of the other`,
        ];
  return [...inputs, ...unlikeOutputs(x, y)];
}

const counted = (count: number) => (count === 1 ? '1 input' : `${count} inputs`);

function unlikeOutputs(x: MergeSide, y: MergeSide): string[] {
  const [a, b] = [x.architecture.outputs, y.architecture.outputs];
  if (a.length === b.length) return a.flatMap((one, i) => unlike('gives', one, b[i], x, y));
  // A head more is a new output; the ones there were must still be there.
  const [fewer, more] = a.length < b.length ? [a, b] : [b, a];
  return fewer.flatMap((one) => {
    const other = more.find(({ name }) => name === one.name);
    if (other === undefined) return [`${x.name} and ${y.name} do not both give ${one.name}`];
    return a.length < b.length
      ? unlike('gives', one, other, x, y)
      : unlike('gives', other, one, x, y);
  });
}

function unlike(
  verb: string,
  a: Signature,
  b: Signature | undefined,
  x: MergeSide,
  y: MergeSide,
): string[] {
  if (b === undefined || alike(a, b)) return [];
  return [
    `${x.name} ${verb} ${words(a)} and ${y.name} ${words(b)}: one is not a version of the other`,
  ];
}

const words = ({ name, dtype, shape }: Signature) => `${name} ${dtype} [${shape.join(', ')}]`;

function alike(a: Signature, b: Signature): boolean {
  if (a.dtype !== b.dtype && a.dtype !== 'unknown' && b.dtype !== 'unknown') return false;
  // Nothing known of a shape is written as no extents, which a scalar has too.
  if (a.shape.length === 0 || b.shape.length === 0) return true;
  if (a.shape.length !== b.shape.length) return false;
  return a.shape.every((extent, i) => {
    const other = b.shape[i];
    return typeof extent === 'string' || typeof other === 'string' || extent === other;
  });
}
