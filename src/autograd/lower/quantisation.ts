import { knownInputs, reshapeTo } from '../gradients/reshaping.ts';
import { stopGradient } from '../gradients/stopGradient.ts';
import type { GraphBuilder } from '../graphBuilder.ts';
import { codeOfDtype } from '../onnxDataTypes.ts';
import { alongAxis, codeDtype, codeRange } from '../shapes/quantisation.ts';
import { unsupported } from '../unsupported.ts';
import type { Lowering } from './lowering.ts';

/** Quantised values and integer products. */
export const quantisationLowerings: Readonly<Record<string, Lowering>> = {
  /**
   * After a QuantizeLinear: fake quantisation. The value is rounded to what its code stands for; the
   * gradient goes straight through inside the codes' range, and is zero outside.
   *
   * Source: Jacob et al., Quantization and Training of Neural Networks for Efficient Integer-Arithmetic-Only
   * Inference (2018), section 3; the straight-through estimator is of Bengio et al. (2013).
   */
  DequantizeLinear: ({ b, node }) => {
    const before = b.nodes.find(
      ({ op, outputs }) => op === 'QuantizeLinear' && outputs[0] === node.inputs[0],
    );
    if (before === undefined) return undefined;
    const [input = '', scaleName = '', zeroName = ''] = before.inputs;
    if (before.inputs.slice(1).join() !== node.inputs.slice(1).join())
      throw unsupported(node, 'other scales than those of the QuantizeLinear before it');
    const shape = alongAxis(b.shape(input), b.shape(scaleName), before);
    const constant = b.known(scaleName).value !== undefined;
    const scale = reshapeTo(b, constant ? scaleName : stopGradient(b, scaleName), shape);
    const dtype = codeDtype(knownInputs(b, before.inputs), before);
    const [least, greatest] = codeRange(dtype, before);
    const zero =
      zeroName === ''
        ? b.scalar(0)
        : b.op('Cast', [reshapeTo(b, zeroName, shape)], { to: codeOfDtype('f32') });
    const bound = (code: number) => b.op('Mul', [b.op('Sub', [b.scalar(code), zero]), scale]);
    const inside = b.op('Max', [b.op('Min', [input, bound(greatest)]), bound(least)]);
    const fixed = stopGradient(b, inside);
    const rounded = b.op('Mul', [roundHalfToEven(b, b.op('Div', [fixed, scale])), scale]);
    // inside − fixed is zero, exactly, and carries the gradient.
    return [b.op('Add', [rounded, b.op('Sub', [inside, fixed])])];
  },
};

/** Round, which WebGPU has not: the floor, and one more for a rest over a half, or a half after an odd. */
export function roundHalfToEven(b: GraphBuilder, value: string): string {
  const half = b.scalar(0.5);
  const floor = b.op('Floor', [value]);
  const rest = b.op('Sub', [value, floor]);
  const even = b.op('Mul', [b.op('Floor', [b.op('Mul', [floor, half])]), b.scalar(2)]);
  const odd = b.op('Sub', [floor, even]);
  const asFloat = (held: string) => b.op('Cast', [held], { to: codeOfDtype('f32') });
  const over = asFloat(b.op('Greater', [rest, half]));
  const tie = b.op('Mul', [asFloat(b.op('Equal', [rest, half])), odd]);
  return b.op('Add', [floor, b.op('Add', [over, tie])]);
}
