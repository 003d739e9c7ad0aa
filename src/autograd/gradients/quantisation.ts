import type { GradientRule } from './gradientRule.ts';
import { elementCount } from '../../core/dtype.ts';
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
    const shared = b.shape(scale);
    const ones = b.floats(shared, new Float32Array(elementCount(shared)).fill(1));
    // Codes cannot be cast on WebGPU, but by a scale of 1 they become what they stand for.
    const given = zero === '' ? [codes, ones] : [codes, ones, zero];
    const centred = b.op('DequantizeLinear', given, node.attributes);
    const summed = sumTo(b, b.op('Mul', [grads[0], centred]), shape);
    return [undefined, reshapeTo(b, summed, b.shape(scale))];
  },
};
