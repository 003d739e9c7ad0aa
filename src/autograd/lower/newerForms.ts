import { intOf, intsOf, textOf } from '../../core/network/attributes.ts';
import type { OpNode } from '../../core/network/network.ts';
import { unsupported } from '../unsupported.ts';
import { without, type Form } from './nodeEdits.ts';

/** A reduction of each element by itself. */
function overNoAxes(node: OpNode, input: string): OpNode {
  const alone = { ...node, inputs: [input], attributes: {} };
  switch (node.op) {
    case 'ReduceL1':
    case 'ReduceL2':
      return { ...alone, op: 'Abs' };
    case 'ReduceLogSum':
      return { ...alone, op: 'Log' };
    case 'ReduceSumSquare':
      return { ...alone, op: 'Mul', inputs: [input, input] };
    default:
      return { ...alone, op: 'Identity' };
  }
}

/** From 18 on a reduction's axes are an input: an attribute again. */
const reduction: Form = ({ node, numbersOf }) => {
  const [input = '', axes = ''] = node.inputs;
  const keepdims = intOf(node, 'keepdims', 1);
  const none = intOf(node, 'noop_with_empty_axes', 0) !== 0;
  const numbers = axes === '' ? intsOf(node, 'axes') : numbersOf(axes);
  if (axes !== '' && numbers === undefined)
    throw unsupported(node, 'its axes are only known at run time');
  const empty = numbers === undefined || numbers.length === 0;
  if (empty && none) return [overNoAxes(node, input)];
  return [
    {
      ...node,
      inputs: [input],
      attributes: {
        keepdims: { is: 'int', value: keepdims },
        ...(empty ? {} : { axes: { is: 'ints', value: numbers } }),
      },
    },
  ];
};

/** Attributes that were added later, and dropped where they say what was so before. */
function dropped(defaults: Readonly<Record<string, number | string>>): Form {
  return ({ node }) => {
    const idle = Object.entries(defaults).flatMap(([name, value]) => {
      const said = typeof value === 'number' ? intOf(node, name, value) : textOf(node, name, value);
      return said === value ? [name] : [];
    });
    return [without(node, ...idle)];
  };
}

/** x · tanh(softplus(x)). */
const mish: Form = ({ node, fresh }) => {
  const [input = ''] = node.inputs;
  const [soft, tanh] = [fresh(), fresh()];
  const part = { name: '', attributes: {} };
  return [
    { ...part, op: 'Softplus', inputs: [input], outputs: [soft] },
    { ...part, op: 'Tanh', inputs: [soft], outputs: [tanh] },
    { ...part, op: 'Mul', inputs: [input, tanh], outputs: node.outputs },
  ];
};

const modes: Readonly<Record<string, string>> = { linear: 'bilinear', cubic: 'bicubic' };

const gridSample: Form = ({ node }) => {
  const mode = textOf(node, 'mode', 'linear');
  const old = { is: 'string' as const, value: modes[mode] ?? mode };
  return [{ ...node, attributes: { ...node.attributes, mode: old } }];
};

/** From 20 on a DFT's axis is an input. */
const dft: Form = ({ node, numbersOf }) => {
  const [input = '', length = '', axis = ''] = node.inputs;
  const number = axis === '' ? -2 : numbersOf(axis)?.[0];
  if (number === undefined) throw unsupported(node, 'its axis is only known at run time');
  const kept: OpNode = { ...node, inputs: length === '' ? [input] : [input, length] };
  return [{ ...kept, attributes: { ...kept.attributes, axis: { is: 'int', value: number } } }];
};

/**
 * Operator sets from 18 on in the forms of 17. Operators that are new since keep their names and are
 * rewritten when a network is lowered.
 *
 * Source: onnx/docs/Changelog.md, the versions of each operator.
 */
export const newerForms: Readonly<Record<string, Form>> = {
  ...Object.fromEntries(
    'L1 L2 LogSum LogSumExp Max Mean Min Prod SumSquare'
      .split(' ')
      .map((kind): [string, Form] => [`Reduce${kind}`, reduction]),
  ),
  Mish: mish,
  GridSample: gridSample,
  DFT: dft,
  Split: ({ node }) => [without(node, 'num_outputs')],
  Resize: dropped({ antialias: 0, keep_aspect_ratio_policy: 'stretch' }),
  Cast: dropped({ saturate: 1, round_mode: 'up' }),
  CastLike: dropped({ saturate: 1, round_mode: 'up' }),
  QuantizeLinear: dropped({ saturate: 1, block_size: 0, output_dtype: 0, precision: 0 }),
  DequantizeLinear: dropped({ block_size: 0, output_dtype: 0 }),
};
