import type { Literal, Network } from '../../core/network/network.ts';
import type { Compute } from '../../core/ports/compute.ts';
import type { Cancellation } from '../../core/ports/run.ts';
import { orderedDifference, stepEstimate } from '../../core/tensor/arithmeticNetworks.ts';
import { exactSteps, plainDifference, plainSteps } from '../../core/tensor/plainArithmetic.ts';
import type { DeviceChoice } from '../../core/training/trainJob.ts';

/** Arithmetic over whole tensors, the same bits wherever it is computed. */
export interface TensorArithmetic {
  /** `[n]` float32 bit patterns each: differences of their order-preserving numbers, modulo 2^32. */
  difference(values: Int32Array, base: Int32Array): Promise<Int32Array<ArrayBuffer>>;
  /** `[n]` each: steps from the base, halves up, 0 where they are no int32. `step` > 0. */
  steps(values: Float32Array, base: Float32Array, step: number): Promise<Int32Array<ArrayBuffer>>;
}

/** In this thread. */
export const plainArithmetic: TensorArithmetic = {
  difference: (values, base) => Promise.resolve(plainDifference(values, base)),
  steps: (values, base, step) => Promise.resolve(plainSteps(values, base, step)),
};

/** Elements of one run: on a GPU every size is compiled for itself. */
const runElements = 1 << 18;

/** As ONNX graphs on a device. What float32 cannot decide is settled in float64 afterwards. */
export function computeArithmetic(
  compute: Compute,
  device: Exclude<DeviceChoice, 'auto'>,
  signal: Cancellation,
): TensorArithmetic {
  async function run(
    network: Network,
    feeds: Readonly<Record<string, Literal>>,
    output: string,
  ): Promise<Int32Array<ArrayBuffer>> {
    const inputs = new Map(Object.entries(feeds));
    const made = await compute.predict({ network, inputs, device, batch: runElements }, signal);
    const result = made.get(output);
    if (result === undefined) throw new Error(`no output ${output}`);
    const { buffer, byteOffset, byteLength } = result.bytes;
    return new Int32Array(buffer, byteOffset, byteLength / 4);
  }
  return {
    difference: (values, base) =>
      run(
        orderedDifference,
        { values: vector('i32', values), base: vector('i32', base) },
        'difference',
      ),
    async steps(values, base, step) {
      const feeds = { values: vector('f32', values), base: vector('f32', base) };
      const estimate = await run(stepEstimate(step), feeds, 'steps');
      return exactSteps(estimate, values, base, step);
    },
  };
}

function vector(dtype: 'i32' | 'f32', numbers: Int32Array | Float32Array): Literal {
  const bytes = new Uint8Array(numbers.byteLength);
  bytes.set(new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength));
  return { dtype, shape: [numbers.length], bytes };
}
