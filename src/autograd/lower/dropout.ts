import { knownInputs } from '../gradients/reshaping.ts';
import { literal } from '../../core/network/literal.ts';
import { codeOfDtype } from '../onnxDataTypes.ts';
import { unsupported } from '../unsupported.ts';
import type { Lowering } from './lowering.ts';

/**
 * In training elements are dropped by the step's random numbers and the others scaled up, so that the
 * mean stays; else nothing happens. The operator itself is not there on every backend.
 *
 * Source: ONNX Dropout-13; whether the network was exported for training is not asked.
 */
export const dropoutLowering: Lowering = ({ b, node, options, uniform }) => {
  const [input = ''] = node.inputs;
  const shape = b.shape(input);
  const ratio = ratioOf(b.known(input).dtype, knownInputs(b, node.inputs)[1]?.value?.data[0], node);
  const drops = options.mode === 'train' && options.dropout === 'as-in-network' && ratio > 0;
  if (!drops) {
    const all = b.constant(literal('bool', [], [1]));
    return [input, ...(node.outputs.length > 1 ? [b.op('Expand', [all, b.ints(shape)])] : [])];
  }
  const kept = b.op('GreaterOrEqual', [uniform(shape), b.scalar(ratio)]);
  const scale = b.op('Mul', [
    b.op('Cast', [kept], { to: codeOfDtype('f32') }),
    b.scalar(ratio < 1 ? 1 / (1 - ratio) : 0),
  ]);
  return [b.op('Mul', [input, scale]), kept];
};

function ratioOf(
  dtype: string,
  given: number | undefined,
  node: Parameters<Lowering>[0]['node'],
): number {
  if (dtype !== 'f32') throw unsupported(node, `dropout of ${dtype}`);
  if (given === undefined && (node.inputs[1] ?? '') !== '')
    throw unsupported(node, 'its ratio is only known at run time');
  return given ?? 0.5;
}
