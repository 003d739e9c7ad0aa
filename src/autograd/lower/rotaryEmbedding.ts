import { floatOf, intOf } from '../../core/network/attributes.ts';
import type { OpNode } from '../../core/network/network.ts';
import { reshapeTo } from '../gradients/reshaping.ts';
import type { GraphBuilder } from '../graphBuilder.ts';
import { unsupported } from '../unsupported.ts';
import { headsApart, headsJoined } from './attend.ts';
import type { Lowering } from './lowering.ts';

/** Which inputs are what. */
interface Places {
  readonly cos: number;
  readonly sin: number;
  readonly positions: number;
}

/**
 * Pairs of numbers turned by an angle that grows with the place: (x, y) → (x·cos − y·sin, x·sin + y·cos).
 *
 * Source: Su et al., RoFormer (2021); ONNX RotaryEmbedding-23 and com.microsoft.RotaryEmbedding-1.
 */
export function rotaryEmbedding(at: Places): Lowering {
  return ({ b, node }) => {
    const given = (index: number) => node.inputs[index] ?? '';
    const [input, cos, sin] = [given(0), given(at.cos), given(at.sin)];
    const flat = b.shape(input).length === 3;
    const half = b.shape(cos).at(-1) ?? 1;
    if (floatOf(node, 'scale', 1) !== 1) throw unsupported(node, 'a scale of the angles');
    const x = flat ? headsApart(b, input, headCount(node, b.shape(input), half)) : input;
    const [, , length = 1, width = 1] = b.shape(x);
    const table = (name: string) => angles(b, name, given(at.positions), length);
    const interleaved = intOf(node, 'interleaved', 0) !== 0;
    const made = withRest(b, x, rotate(b, x, [table(cos), table(sin)], half, interleaved), width);
    return [flat ? headsJoined(b, made) : made];
  };
}

function headCount(node: OpNode, shape: readonly number[], half: number): number {
  const heads = intOf(node, 'num_heads', 0);
  if (heads === 0 && intOf(node, 'rotary_embedding_dim', 0) !== 0)
    throw unsupported(node, 'it does not say how many heads');
  return heads === 0 ? (shape[2] ?? 1) / (2 * half) : heads;
}

/** The numbers of each head that are not turned follow those that are. */
function withRest(b: GraphBuilder, x: string, turned: string, width: number): string {
  const from = b.shape(turned)[3] ?? width;
  if (from === width) return turned;
  const rest = b.op('Slice', [x, b.ints([from]), b.ints([width]), b.ints([3])]);
  return b.op('Concat', [turned, rest], { axis: 3 });
}

/** The table's rows for each place: [batch or 1, 1, length, half]. */
function angles(b: GraphBuilder, table: string, positions: string, length: number): string {
  const half = b.shape(table).at(-1) ?? 1;
  if (positions === '') {
    const batch = b.shape(table).length === 3 ? (b.shape(table)[0] ?? 1) : 1;
    return reshapeTo(b, table, [batch, 1, length, half]);
  }
  if (b.shape(positions).length < 2) {
    // One offset: the places follow one another from it.
    const own = b.ints(Array.from({ length }, (_, at) => at));
    const place = b.op('Add', [reshapeTo(b, positions, [1]), own]);
    return reshapeTo(b, b.op('Gather', [table, place]), [1, 1, length, half]);
  }
  const [batch = 1] = b.shape(positions);
  return reshapeTo(b, b.op('Gather', [table, positions]), [batch, 1, length, half]);
}

function rotate(
  b: GraphBuilder,
  x: string,
  [cos, sin]: readonly [string, string],
  half: number,
  interleaved: boolean,
): string {
  const [batch = 1, heads = 1, length = 1] = b.shape(x);
  const part = b.op('Slice', [x, b.ints([0]), b.ints([2 * half]), b.ints([3])]);
  const shape = interleaved ? [batch, heads, length, half, 2] : [batch, heads, length, 2, half];
  const axis = interleaved ? 4 : 3;
  const pairs = b.ops('Split', [reshapeTo(b, part, shape), b.ints([1, 1])], { axis }, 2);
  const plain = [batch, heads, length, half];
  const [first = '', second = ''] = pairs.map((each) => reshapeTo(b, each, plain));
  const real = b.op('Sub', [b.op('Mul', [first, cos]), b.op('Mul', [second, sin])]);
  const imaginary = b.op('Add', [b.op('Mul', [first, sin]), b.op('Mul', [second, cos])]);
  const one = shape.with(axis, 1);
  const joined = b.op('Concat', [reshapeTo(b, real, one), reshapeTo(b, imaginary, one)], { axis });
  return reshapeTo(b, joined, [batch, heads, length, 2 * half]);
}
