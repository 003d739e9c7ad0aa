import { floatOf, floatsOf, intOf, intsOf, textOf } from '../../core/network/attributes.ts';
import type { OpNode } from '../../core/network/network.ts';
import { without, withInputs, type Form } from './nodeEdits.ts';

/** An attribute of ints that became input `at`. */
function becameInput(name: string, at: number): Form {
  return ({ node, ints }) => {
    const numbers = intsOf(node, name);
    return numbers && [withInputs(without(node, name), { [at]: ints(numbers) })];
  };
}

/** Before 13 a Softmax is over all axes from `axis` on, 1 where it says nothing. */
const flattened: Form = ({ version, node, fresh }) => {
  if (version >= 13) return undefined;
  const axis = intOf(node, 'axis', 1);
  const last: OpNode = { ...node, attributes: { axis: { is: 'int', value: -1 } } };
  if (axis === -1) return [last];
  const [input = ''] = node.inputs;
  const [shape, flat, made] = [fresh(), fresh(), fresh()];
  // The runtime wants each node's name only once.
  const part = { name: '', attributes: {} };
  return [
    { ...part, op: 'Shape', inputs: [input], outputs: [shape] },
    {
      ...part,
      op: 'Flatten',
      inputs: [input],
      outputs: [flat],
      attributes: { axis: { is: 'int', value: axis } },
    },
    { ...last, inputs: [flat], outputs: [made] },
    { ...part, op: 'Reshape', inputs: [made, shape], outputs: node.outputs },
  ];
};

/** Upsample and Resize before 11: places are index / scale, rounded down. */
function asResize(node: OpNode, scales: string): readonly OpNode[] {
  return [
    {
      ...node,
      op: 'Resize',
      inputs: [node.inputs[0] ?? '', '', scales],
      attributes: {
        mode: { is: 'string', value: textOf(node, 'mode', 'nearest') },
        coordinate_transformation_mode: { is: 'string', value: 'asymmetric' },
        nearest_mode: { is: 'string', value: 'floor' },
      },
    },
  ];
}

const clip: Form = ({ node, number }) => {
  const { min, max } = node.attributes;
  if (min === undefined && max === undefined) return undefined;
  const given = {
    ...(min === undefined ? {} : { 1: number(floatOf(node, 'min', 0)) }),
    ...(max === undefined ? {} : { 2: number(floatOf(node, 'max', 0)) }),
  };
  return [withInputs(without(node, 'min', 'max'), given)];
};

const pad: Form = ({ node, ints, number }) => {
  const pads = intsOf(node, 'pads');
  return (
    pads && [
      withInputs(without(node, 'pads', 'value'), {
        1: ints(pads),
        2: number(floatOf(node, 'value', 0)),
      }),
    ]
  );
};

const slice: Form = ({ node, ints }) => {
  const [starts, ends] = [intsOf(node, 'starts'), intsOf(node, 'ends')];
  if (starts === undefined || ends === undefined) return undefined;
  const axes = intsOf(node, 'axes') ?? starts.map((_, axis) => axis);
  return [
    withInputs(without(node, 'starts', 'ends', 'axes'), {
      1: ints(starts),
      2: ints(ends),
      3: ints(axes),
    }),
  ];
};

const dropout: Form = ({ version, node, number }) =>
  version >= 12
    ? undefined
    : [withInputs(without(node, 'ratio'), { 1: number(floatOf(node, 'ratio', 0.5)) })];

/** Only the first output is there in inference; `spatial` = 1 is what became the only way. */
const batchNormalization: Form = ({ version, node }) => {
  if (version >= 14) return undefined;
  const kept = intOf(node, 'spatial', 1) === 1 ? without(node, 'spatial') : node;
  return [{ ...kept, outputs: node.outputs.slice(0, 1) }];
};

const upsample: Form = ({ node, floats }) => {
  const scales = floatsOf(node, 'scales');
  return asResize(node, scales ? floats(scales) : (node.inputs[1] ?? ''));
};

const resize: Form = ({ version, node }) =>
  version >= 11 ? undefined : asResize(node, node.inputs[1] ?? '');

const topK: Form = ({ node, ints }) =>
  node.attributes['k'] === undefined
    ? undefined
    : [withInputs(without(node, 'k'), { 1: ints([intOf(node, 'k', 1)]) })];

/**
 * Operator sets 7 to 16 in the forms of 17.
 *
 * Source: onnx/docs/Changelog.md, the versions of each operator.
 */
export const olderForms: Readonly<Record<string, Form>> = {
  Softmax: flattened,
  LogSoftmax: flattened,
  Hardmax: flattened,
  Squeeze: becameInput('axes', 1),
  Unsqueeze: becameInput('axes', 1),
  ReduceSum: becameInput('axes', 1),
  Split: becameInput('split', 1),
  Clip: clip,
  Pad: pad,
  Slice: slice,
  Dropout: dropout,
  BatchNormalization: batchNormalization,
  Upsample: upsample,
  Resize: resize,
  TopK: topK,
  Scatter: ({ node }) => [{ ...node, op: 'ScatterElements' }],
};
