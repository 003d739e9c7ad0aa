import * as ort from 'onnxruntime-web/wasm';
import { encodeOnnx } from '../core/network/encodeOnnx.ts';
import { numbersOf, literal } from '../core/network/literal.ts';
import type { Network } from '../core/network/network.ts';
import { evaluate } from '../autograd/evaluate/evaluate.ts';
import { ndArray, type NdArray } from '../autograd/evaluate/ndArray.ts';

// Fixed before the first session: a runtime that was started keeps its threads.
ort.env.wasm.numThreads = 1;
ort.env.logLevel = 'error';

const names = {
  f32: 'float32',
  f64: 'float64',
  i64: 'int64',
  i32: 'int32',
  i16: 'int16',
  i8: 'int8',
  u32: 'uint32',
  u16: 'uint16',
  u8: 'uint8',
  bool: 'bool',
} as const;
type Runnable = keyof typeof names;

/**
 * Runs a network on ONNX Runtime's wasm provider with one thread: an implementation that is not ours.
 *
 * @param feeds - a value for each input of the network.
 */
export function runOnnxRuntime(
  network: Network,
  feeds: ReadonlyMap<string, NdArray>,
  optimisation: 'disabled' | 'all' = 'all',
): Promise<ReadonlyMap<string, NdArray>> {
  return runOnnxBytes(encodeOnnx(network), feeds, optimisation);
}

/** The same for the bytes of an ONNX file, whoever wrote them. */
export async function runOnnxBytes(
  bytes: Uint8Array,
  feeds: ReadonlyMap<string, NdArray>,
  optimisation: 'disabled' | 'all' = 'all',
): Promise<ReadonlyMap<string, NdArray>> {
  const session = await ort.InferenceSession.create(bytes, {
    executionProviders: ['wasm'],
    graphOptimizationLevel: optimisation,
    // Real files have initializers that nothing uses: a warning each.
    logSeverityLevel: 3,
  });
  try {
    const given = session.inputNames.map((name) => {
      const value = feeds.get(name);
      if (value === undefined) throw new Error(`nothing feeds ${name}`);
      return [name, tensorOf(value)] as const;
    });
    const results = await session.run(Object.fromEntries(given));
    return new Map(
      session.outputNames.map((name) => {
        const result = results[name];
        if (result === undefined) throw new Error(`no output ${name}`);
        return [name, arrayOf(result)];
      }),
    );
  } finally {
    await session.release();
  }
}

function tensorOf({ dtype, shape, data }: NdArray): ort.Tensor {
  if (!(dtype in names)) throw new Error(`no tensor of ${dtype} here`);
  const { bytes } = literal(dtype as Runnable, shape, data);
  const { buffer } = bytes;
  const name = names[dtype as Runnable];
  const typed = {
    float32: () => new Float32Array(buffer),
    float64: () => new Float64Array(buffer),
    int64: () => new BigInt64Array(buffer),
    int32: () => new Int32Array(buffer),
    int16: () => new Int16Array(buffer),
    int8: () => new Int8Array(buffer),
    uint32: () => new Uint32Array(buffer),
    uint16: () => new Uint16Array(buffer),
    uint8: () => bytes,
    bool: () => bytes,
  }[name]();
  return new ort.Tensor(name, typed, shape);
}

function arrayOf(tensor: ort.Tensor): NdArray {
  const found = Object.entries(names).find(([, name]) => name === tensor.type);
  if (found === undefined) throw new Error(`a tensor of ${tensor.type}`);
  const numbers = Float64Array.from(tensor.data as ArrayLike<number>, Number);
  return ndArray(found[0] as Runnable, tensor.dims, numbers);
}

/** How far results may be apart: |a − b| ≤ atol + rtol·|b|. */
export interface Tolerance {
  readonly rtol?: number;
  readonly atol?: number;
}

/**
 * Runs a network on ONNX Runtime and on the plain evaluator, and compares shapes, dtypes and numbers of
 * all outputs.
 *
 * @throws Error that names the first difference.
 */
export async function expectRuntimeAgrees(
  network: Network,
  feeds: ReadonlyMap<string, NdArray>,
  tolerance: Tolerance = {},
): Promise<void> {
  const rounded = new Map([...feeds].map(([name, value]) => [name, asStored(value)]));
  const theirs = await runOnnxRuntime(network, rounded);
  const ours = evaluate(network, rounded);
  for (const [name, value] of ours) {
    const other = theirs.get(name);
    if (other === undefined) throw new Error(`the runtime has no ${name}`);
    expectSame(value, other, name, tolerance);
  }
}

/** @throws Error that names the first difference between two arrays. */
export function expectSame(
  ours: NdArray,
  theirs: NdArray,
  name: string,
  { rtol = 1e-4, atol = 1e-5 }: Tolerance = {},
): void {
  const typeOf = ({ dtype, shape }: NdArray) => `${dtype}[${shape.join(', ')}]`;
  if (typeOf(ours) !== typeOf(theirs))
    throw new Error(`${name} is ${typeOf(ours)} here and ${typeOf(theirs)} on the runtime`);
  for (const [at, value] of ours.data.entries()) {
    const other = theirs.data[at] as number;
    const same =
      Object.is(value, other) ||
      value === other ||
      Math.abs(value - other) <= atol + rtol * Math.abs(other);
    if (!same) throw new Error(`${name}[${at}] is ${value} here and ${other} on the runtime`);
  }
}

/** The array with its numbers rounded to what its dtype holds. */
function asStored(value: NdArray): NdArray {
  if (!(value.dtype in names)) throw new Error(`no tensor of ${value.dtype} here`);
  return { ...value, data: numbersOf(literal(value.dtype as Runnable, value.shape, value.data)) };
}
