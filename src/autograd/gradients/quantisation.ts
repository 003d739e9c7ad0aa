import type { GradientRule } from './gradientRule.ts';
import { codeOfDtype } from '../onnxDataTypes.ts';
import { alongAxis } from '../shapes/quantisation.ts';
import { reshapeTo } from './reshaping.ts';
import { sumTo } from './sumTo.ts';

/**
 * Quantised values. A pair of QuantizeLinear and DequantizeLinear is rewritten when a network is lowered;
 * what is left has codes that are not trained, and a scale that may be.
 */
export const quantisationGradients: Readonly<Record<string, GradientRule>> = {
  DequantizeLinear: ({ b, node, grads, needs }) => {
    const [codes = '', scale = '', zero = ''] = node.inputs;
    if (grads[0] === undefined || needs[1] !== true) return [];
    const shape = alongAxis(b.shape(codes), b.shape(scale), node);
    const asFloat = (name: string) => b.op('Cast', [name], { to: codeOfDtype('f32') });
    const real = asFloat(codes);
    const centred = zero === '' ? real : b.op('Sub', [real, asFloat(reshapeTo(b, zero, shape))]);
    const summed = sumTo(b, b.op('Mul', [grads[0], centred]), shape);
    return [undefined, reshapeTo(b, summed, b.shape(scale))];
  },
};
