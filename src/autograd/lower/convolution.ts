import { floatAttribute, floatsOf, intOf, intsOf, textOf } from '../../core/network/attributes.ts';
import type { OpNode } from '../../core/network/network.ts';
import type { GraphBuilder } from '../graphBuilder.ts';
import { transposedAxes, windowAttributes, windowAxes, windowSurplus } from '../shapes/windows.ts';
import type { Lowering, LoweringContext } from './lowering.ts';
import { refuse } from '../unsupported.ts';

/** Conv and ConvTranspose. */
export const convolutionLowerings: Readonly<Record<string, Lowering>> = {
  Conv: (context) =>
    textOf(context.node, 'auto_pad', 'NOTSET') === 'NOTSET' ? undefined : [convolution(context)],
  ConvTranspose: ({ b, node }) => {
    const auto = textOf(node, 'auto_pad', 'NOTSET') !== 'NOTSET';
    if (!auto && intsOf(node, 'output_shape') === undefined) return undefined;
    const [x = '', w = ''] = node.inputs;
    const axes = transposedAxes(node, b.shape(x).slice(2), b.shape(w).slice(2));
    const attributes = {
      ...windowAttributes(axes),
      group: intOf(node, 'group', 1),
      output_padding: axes.map(windowSurplus),
    };
    return [b.op('ConvTranspose', node.inputs, attributes)];
  },
  'com.microsoft.FusedConv': (context) => {
    const { b, node } = context;
    const made = convolution(context);
    const sum = node.inputs[3];
    return [activation(b, node, sum === undefined || sum === '' ? made : b.op('Add', [made, sum]))];
  },
};

/** The Conv of the node with its padding as numbers. */
function convolution({ b, node }: LoweringContext): string {
  const [x = '', w = '', bias = ''] = node.inputs;
  const axes = windowAxes(node, b.shape(x).slice(2), b.shape(w).slice(2));
  return b.op('Conv', bias === '' ? [x, w] : [x, w, bias], {
    ...windowAttributes(axes),
    group: intOf(node, 'group', 1),
  });
}

/** Source: ONNX Runtime, contrib operator FusedConv: activation and activation_params. */
function activation(b: GraphBuilder, node: OpNode, value: string): string {
  const name = textOf(node, 'activation', '');
  if (name === '') return value;
  const params = floatsOf(node, 'activation_params') ?? [];
  const float = (at: number, fallback: number) => params[at] ?? fallback;
  const known: Readonly<Record<string, () => string>> = {
    Relu: () => b.op(name, [value]),
    Sigmoid: () => b.op(name, [value]),
    Tanh: () => b.op(name, [value]),
    LeakyRelu: () => b.op(name, [value], { alpha: floatAttribute(float(0, 0.01)) }),
    HardSigmoid: () =>
      b.op(name, [value], {
        alpha: floatAttribute(float(0, 0.2)),
        beta: floatAttribute(float(1, 0.5)),
      }),
    Clip: () => b.op(name, [value, b.scalar(float(0, lowest)), b.scalar(float(1, -lowest))]),
  };
  return known[name]?.() ?? refuse(node, `the activation ${name} is not known here`);
}

/** Of f32. */
const lowest = -3.4028234663852886e38;
