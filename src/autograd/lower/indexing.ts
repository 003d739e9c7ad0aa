import { elementCount, isFloat, type Dtype } from '../../core/dtype.ts';
import { literal } from '../../core/network/literal.ts';

import { intOf } from '../../core/network/attributes.ts';
import { knownInputs, reshapeTo } from '../gradients/reshaping.ts';
import type { GraphBuilder } from '../graphBuilder.ts';
import { settledNumbers } from '../nodeInputs.ts';
import { codeOfDtype } from '../onnxDataTypes.ts';
import { oneHotType } from '../shapes/indexing.ts';
import { indexingMoves } from '../shapes/indexingMoves.ts';
import { unsupported } from '../unsupported.ts';
import type { Lowering, LoweringContext } from './lowering.ts';

/** Operators that take or put elements by indices. */
export const indexingLowerings: Readonly<Record<string, Lowering>> = {
  OneHot: ({ b, node }) => {
    const [indices = '', , values = ''] = node.inputs;
    const { type, axis, depth } = oneHotType(knownInputs(b, node.inputs), node);
    const asI32 = b.dtype(indices) === 'i32' ? indices : cast(b, indices, 'i32');
    const wrapped = b.op('Where', [
      b.op('Less', [asI32, b.scalar(0, 'i32')]),
      b.op('Add', [asI32, b.scalar(depth, 'i32')]),
      asI32,
    ]);
    const apart = reshapeTo(b, wrapped, b.shape(indices).toSpliced(axis, 0, 1));
    const along = type.shape.map((extent, at) => (at === axis ? extent : 1));
    const count = Array.from({ length: depth }, (_, at) => at);
    const hits = b.op('Equal', [apart, b.constant(literal('i32', along, count))]);
    const pair = settledNumbers(knownInputs(b, [values]), 0, node) ?? [];
    const [off = 0, on = 1] = pair;
    if (!isFloat(type.dtype) && !(off === 0 && on === 1))
      throw unsupported(node, 'values other than 0 and 1 that are not floats');
    const table = cast(b, hits, type.dtype);
    if (off === 0 && on === 1) return [table];
    return [b.op('Add', [b.op('Mul', [table, b.scalar(on - off)]), b.scalar(off)])];
  },
  /** A mask that is known is a list of indices. */
  Compress: ({ b, node }) => {
    const [input = '', mask = ''] = node.inputs;
    const chosen = (settledNumbers(knownInputs(b, [mask]), 0, node) ?? []).flatMap((on, at) =>
      on === 0 ? [] : [at],
    );
    const whole = node.attributes['axis'] === undefined;
    const from = whole ? reshapeTo(b, input, [elementCount(b.shape(input))]) : input;
    const axis = whole ? 0 : intOf(node, 'axis', 0);
    return [b.op('Gather', [from, b.ints(chosen)], { axis })];
  },
  ReverseSequence: reverseSequence,
};

/** Rows in another order, which is known. */
function reverseSequence({ b, node }: LoweringContext): readonly string[] {
  const [input = '', lengths = ''] = node.inputs;
  const known = knownInputs(b, node.inputs);
  if (b.known(lengths).value === undefined)
    throw unsupported(node, 'lengths that are only known at run time');
  const shape = b.shape(input);
  const lead = shape.slice(0, 2);
  const rows = { dtype: 'f32' as const, shape: lead };
  const places = indexingMoves['ReverseSequence']?.([rows, known[1]], node, b.opset).from?.();
  const flat = reshapeTo(b, input, [elementCount(lead), ...shape.slice(2)]);
  const taken = b.op('Gather', [flat, b.ints(Array.from(places ?? []))], { axis: 0 });
  return [reshapeTo(b, taken, shape)];
}

function cast(b: GraphBuilder, value: string, to: Dtype): string {
  return b.op('Cast', [value], { to: codeOfDtype(to) });
}
