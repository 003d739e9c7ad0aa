import { evaluate } from '../../autograd/evaluate/evaluate.ts';
import { ndArrayOf } from '../../autograd/evaluate/ndArray.ts';
import { elementCount } from '../../core/dtype.ts';
import { LineageError } from '../../core/lineageError.ts';
import { literal, numbersOf } from '../../core/network/literal.ts';
import type { Literal, Network } from '../../core/network/network.ts';
import type { Runtime } from '../runtime/runtime.ts';

/** Shapes: 6 to 16 channels is what ONNX Runtime's default WebGPU layout computes wrongly. */
const network: Network = {
  name: 'self_test',
  opsets: { '': 17 },
  inputs: [
    { name: 'x', dtype: 'f32', shape: [2, 6, 10, 10] },
    { name: 'w', dtype: 'f32', shape: [16, 6, 3, 3] },
    { name: 'm', dtype: 'f32', shape: [100, 12] },
  ],
  outputs: [{ name: 'y', dtype: 'f32', shape: [32, 12] }],
  initializers: new Map([['shape', literal('i64', [2], [32, 100])]]),
  nodes: [
    {
      op: 'Conv',
      name: '',
      inputs: ['x', 'w'],
      outputs: ['c'],
      attributes: {
        kernel_shape: { is: 'ints', value: [3, 3] },
        pads: { is: 'ints', value: [1, 1, 1, 1] },
      },
    },
    { op: 'Reshape', name: '', inputs: ['c', 'shape'], outputs: ['r'], attributes: {} },
    { op: 'MatMul', name: '', inputs: ['r', 'm'], outputs: ['y'], attributes: {} },
  ],
};

/** Largest error for values of some tens: float32 sums of 5,400 products. */
const tolerance = 1e-2;

/**
 * Checks a runtime on a convolution and a matrix product against the plain backend, before anything is
 * trusted to it.
 *
 * @throws LineageError `device-unavailable` where its numbers are wrong.
 */
export async function selfTest(runtime: Runtime): Promise<void> {
  const feeds = new Map(
    network.inputs.map(({ name, shape }, seed) => [name, wave(shape.map(Number), seed)]),
  );
  const expected = evaluate(
    network,
    new Map([...feeds].map(([name, tensor]) => [name, ndArrayOf(tensor)])),
  ).get('y')?.data;
  const session = await runtime.open(network, 'training');
  const held = new Map([...feeds].map(([name, tensor]) => [name, runtime.hold(tensor)]));
  try {
    const made = await session.run(held);
    const output = made.get('y');
    const found = output === undefined ? undefined : numbersOf(await output.read());
    for (const each of made.values()) each.free();
    const error = (expected ?? Float64Array.of(Number.NaN)).reduce(
      (worst, value, at) => Math.max(worst, Math.abs(value - (found?.[at] ?? Number.NaN))),
      0,
    );
    // Also false for NaN.
    if (!(error <= tolerance))
      throw new LineageError('device-unavailable', {
        device: runtime.backend,
        reason: `it computes a convolution wrongly (error ${error})`,
      });
  } finally {
    for (const each of held.values()) each.free();
    session.release();
  }
}

/** Numbers −1 to 1 without a pattern that a wrong layout could keep. */
function wave(shape: readonly number[], seed: number): Literal {
  const numbers = Float32Array.from({ length: elementCount(shape) }, (_, at) =>
    Math.sin((at + 1) * (1.7 + seed) + ((at * at) % 97)),
  );
  return literal('f32', shape, numbers);
}
