import type { Dtype } from '../dtype.ts';
import type { NodeId, TensorId } from '../ids.ts';
import type { FormatName } from '../snapshot.ts';
import { modelFingerprinter, type FingerprintInput } from './fingerprint.ts';
import { parseName } from './names.ts';
import type { ConstructionNode } from './node.ts';
import type { ModelFingerprint } from './types.ts';

/** A network as named tensors; values are float32 unless `dtype` says otherwise. */
export interface Net {
  readonly tensors: readonly NetTensor[];
  readonly format?: FormatName;
  readonly metadata?: Readonly<Record<string, string>>;
}

export interface NetTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly values: Float32Array;
  readonly dtype?: Dtype;
}

/** Uniform numbers in [0, 1) from a seed (mulberry32, public domain). */
export function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Standard normal numbers (Box and Muller). */
export function normal(next: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
}

/** Shapes of a small convolutional classifier. */
export const convShapes: readonly (readonly [string, readonly number[]])[] = [
  ['conv1.weight', [16, 3, 3, 3]],
  ['conv2.weight', [32, 16, 3, 3]],
  ['conv3.weight', [32, 32, 3, 3]],
  ['conv4.weight', [48, 32, 3, 3]],
  ['fc1.weight', [64, 48]],
  ['fc2.weight', [10, 64]],
];

/** A network trained from its own start: random values, heavy-tailed as after training. */
export function trained(seed: number, shapes = convShapes): Net {
  const next = random(seed);
  const tensors = shapes.flatMap(([name, shape]) => {
    const count = product(shape);
    const scale = Math.sqrt(2 / (count / (shape[0] ?? 1)));
    const outputs = shape[0] ?? 1;
    return [
      tensor(name, shape, () => scale * normal(next) * (1 + 0.5 * Math.abs(normal(next)))),
      tensor(name.replace('weight', 'bias'), [outputs], () => 0.1 * normal(next)),
    ];
  });
  return { tensors };
}

export function tensor(
  name: string,
  shape: readonly number[],
  value: (i: number) => number,
): NetTensor {
  return { name, shape, values: Float32Array.from({ length: product(shape) }, (_, i) => value(i)) };
}

/** The network with every tensor changed by `change`. */
export function changed(net: Net, change: (t: NetTensor, index: number) => NetTensor): Net {
  return { ...net, tensors: net.tensors.map(change) };
}

/** Continued training: noise of `amount` standard deviations of each tensor. */
export function finetuned(net: Net, amount: number, seed: number): Net {
  const next = random(seed);
  return changed(net, (t) => {
    const spread = deviation(t.values);
    return { ...t, values: t.values.map((v) => v + amount * spread * normal(next)) };
  });
}

/** Zeroes the smallest `share` of each matrix. */
export function pruned(net: Net, share: number): Net {
  return changed(net, (t) => {
    if (t.shape.length < 2) return t;
    const limit = t.values.map(Math.abs).sort()[Math.floor(share * t.values.length)] ?? 0;
    return { ...t, values: t.values.map((v) => (Math.abs(v) < limit ? 0 : v)) };
  });
}

/** int8 weights, one scale for each output channel, or unsigned with a zero point for the tensor. */
export function quantised(net: Net, kind: 'i8' | 'u8'): Net {
  return changed(net, (t) => {
    if (t.shape.length < 2) return t;
    if (kind === 'u8') {
      const low = Math.min(...t.values);
      const step = (Math.max(...t.values) - low) / 255;
      return { ...t, dtype: 'u8', values: t.values.map((v) => Math.round((v - low) / step)) };
    }
    const each = t.values.length / (t.shape[0] ?? 1);
    const values = t.values.map((v, i) => {
      const start = Math.floor(i / each) * each;
      const most = t.values
        .subarray(start, start + each)
        .reduce((m, x) => Math.max(m, Math.abs(x)), 0);
      return Math.round((v / most) * 127);
    });
    return { ...t, dtype: 'i8', values };
  });
}

export function halved(net: Net): Net {
  return changed(net, (t) => ({ ...t, dtype: 'f16' as const }));
}

/** Exported by another framework: matrices transposed, kernels with channels last, all renamed. */
export function transposedExport(net: Net): Net {
  const tensors = net.tensors.map((t, i) => {
    const name = `const_fold_${(i * 7) % 23}_${i}`;
    if (t.shape.length < 2) return { ...t, name };
    const order = t.shape.length === 2 ? [1, 0] : [2, 3, 1, 0];
    return { ...permuted(t, order), name };
  });
  return { tensors: [...tensors].reverse(), format: 'onnx' };
}

/** Batch norms folded in: each output channel scaled, some by a negative factor; biases replaced. */
export function folded(net: Net, seed: number): Net {
  const next = random(seed);
  return changed(net, (t) => {
    if (t.shape.length === 1) return { ...t, values: t.values.map(() => normal(next)) };
    const each = t.values.length / (t.shape[0] ?? 1);
    const scales = Float32Array.from({ length: t.shape[0] ?? 1 }, () => {
      const scale = 0.2 + 2 * next();
      return next() < 0.1 ? -scale : scale;
    });
    return { ...t, values: t.values.map((v, i) => v * (scales[Math.floor(i / each)] ?? 1)) };
  });
}

/** With other tensors in place of those that `pick` names. */
export function replaced(net: Net, pick: (name: string) => boolean, seed: number): Net {
  const other = trained(seed, convShapes);
  return changed(net, (t, i) => (pick(t.name) ? (other.tensors[i] ?? t) : t));
}

/** The mean of several networks of one layout. */
export function averaged(nets: readonly Net[]): Net {
  const [first] = nets;
  if (first === undefined) throw new Error('no networks');
  return changed(first, (t, index) => ({
    ...t,
    values: t.values.map(
      (_, i) => nets.reduce((sum, n) => sum + (n.tensors[index]?.values[i] ?? 0), 0) / nets.length,
    ),
  }));
}

/** A windowed Fourier basis, as fixed front ends carry it. */
export function fourierBasis(rows: number, length: number): NetTensor {
  return tensor('stft.basis', [rows, 1, length], (i) => {
    const [k, t] = [Math.floor(i / length), i % length];
    const window = 0.5 - 0.5 * Math.cos((2 * Math.PI * t) / length);
    const phase = (Math.PI * Math.floor(k / 2) * t * 2) / length;
    return window * (k % 2 === 0 ? Math.cos(phase) : Math.sin(phase));
  });
}

/** Triangular filters, mostly zero. */
export function filterBank(filters: number, bins: number): NetTensor {
  return tensor('filters', [filters, bins], (i) => {
    const [f, b] = [Math.floor(i / bins), i % bins];
    const centre = ((f + 1) * bins) / (filters + 1);
    const width = (2.5 * bins) / (filters + 1);
    return Math.max(0, 1 - Math.abs(b - centre) / width) / width;
  });
}

/** The fingerprint of a network; payloads come in pieces of `pieceBytes`. */
export function printOf(net: Net, pieceBytes = 1 << 20): ModelFingerprint {
  const payloads = net.tensors.map(encoded);
  const input: FingerprintInput = {
    format: net.format ?? 'pytorch',
    tensors: net.tensors.map(({ name, shape, dtype }, payload) => ({
      name, shape, dtype: dtype ?? 'f32', role: 'weight' as const, payload,
    })), // prettier-ignore
    payloadBytes: payloads.map((bytes) => bytes.length),
    architecture: {
      layers: [], edges: [], assumedEdges: true, inputs: [], outputs: [], opsets: {},
      operators: {}, parameterCount: 0, unusedTensors: [], metadata: net.metadata ?? {},
    }, // prettier-ignore
  };
  const printer = modelFingerprinter(input);
  for (const [index, bytes] of payloads.entries()) {
    const payload = printer.payload(index);
    for (let at = 0; at < bytes.length; at += pieceBytes)
      payload.update(bytes.slice(at, at + pieceBytes));
    payload.finish(digest(bytes) as TensorId);
  }
  return printer.finish();
}

export function nodeOfNet(name: string, net: Net): ConstructionNode {
  return {
    id: name as NodeId,
    print: printOf(net),
    name: parseName(name),
    modifiedAt: undefined,
    architecture: '',
  };
}

/** The bytes of a tensor, little-endian. */
export function encoded({ values, dtype }: NetTensor): Uint8Array {
  if (dtype === 'i8') return new Uint8Array(Int8Array.from(values).buffer);
  if (dtype === 'u8') return Uint8Array.from(values);
  if (dtype === 'f16') return new Uint8Array(Uint16Array.from(values, halfCode).buffer);
  return new Uint8Array(values.slice().buffer);
}

/** float16 of a value in its normal range, rounded to nearest. */
function halfCode(value: number): number {
  if (value === 0) return 0;
  const exponent = Math.max(-14, Math.floor(Math.log2(Math.abs(value))));
  const steps = Math.round((Math.abs(value) / 2 ** exponent) * 1024);
  const code = (exponent + 14) * 1024 + steps;
  return (value < 0 ? 0x8000 : 0) + Math.max(0, Math.min(code, 0x7bff));
}

/** 64 hex digits that differ for different bytes: enough for tests, no SHA-256. */
function digest(bytes: Uint8Array): string {
  const lanes = new Uint32Array(8).map((_, i) => 0x811c9dc5 + i * 0x9e3779b9);
  for (const [at, byte] of bytes.entries()) {
    const lane = at % 8;
    for (const other of [lane, (lane + 3) % 8]) {
      lanes[other] = Math.imul((lanes[other] ?? 0) ^ (byte + at), 0x01000193) >>> 0;
    }
  }
  return [...lanes].map((lane) => lane.toString(16).padStart(8, '0')).join('');
}

function permuted(t: NetTensor, order: readonly number[]): NetTensor {
  const shape = order.map((axis) => t.shape[axis] ?? 1);
  const strides = t.shape.map((_, axis) => product(t.shape.slice(axis + 1)));
  const values = Float32Array.from({ length: t.values.length }, (_, i) => {
    let rest = i;
    let offset = 0;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const extent = shape[axis] ?? 1;
      offset += (rest % extent) * (strides[order[axis] ?? 0] ?? 0);
      rest = Math.floor(rest / extent);
    }
    return t.values[offset] ?? 0;
  });
  return { ...t, shape, values };
}

export function product(shape: readonly number[]): number {
  return shape.reduce((total, extent) => total * extent, 1);
}

function deviation(values: Float32Array): number {
  const mean = values.reduce((sum, v) => sum + v, 0) / values.length;
  return Math.sqrt(values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / values.length);
}
