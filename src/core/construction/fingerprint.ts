import type { Signature } from '../architecture.ts';
import { elementCount } from '../dtype.ts';
import type { TensorId } from '../ids.ts';
import type { ParsedModel } from '../ports/modelFormats.ts';
import type { TensorEntry } from '../snapshot.ts';
import { tensorScan, type ScannedTensor } from './tensorScan.ts';
import type { ModelFingerprint, Statements, TensorPrint } from './types.ts';

/** Takes the bytes of one payload, in order. */
export interface PayloadPrinter {
  /** The next bytes, in pieces of any size. Reads them before it returns and keeps none. */
  update(bytes: Uint8Array): void;
  /** Ends the payload; `id` is what hashing gave. */
  finish(id: TensorId): void;
}

/** Makes the fingerprint of a model while its payloads stream by, in any order. */
export interface ModelFingerprinter {
  payload(index: number): PayloadPrinter;
  /**
   * The fingerprint.
   *
   * @throws Error if a payload was not finished: a bug of the caller.
   */
  finish(): ModelFingerprint;
}

/** The parts of a parsed model that a fingerprint needs. */
export type FingerprintInput = Pick<
  ParsedModel,
  'format' | 'tensors' | 'payloadBytes' | 'architecture'
>;

/** Scalars that count training batches: PyTorch's batch-norm buffers. */
const counterName = /(^|\.)num_batches_tracked$/;
/** Hex digits kept of a payload's id. */
const idDigits = 24;

interface Finished {
  readonly id: TensorId;
  readonly scans: ReadonlyMap<number, ScannedTensor>;
  readonly counter: number | undefined;
}

/** Starts the fingerprint of `model`. Memory: the samples, and the scans of the payloads begun. */
export function modelFingerprinter(model: FingerprintInput): ModelFingerprinter {
  const users = new Map<number, number[]>();
  for (const [index, tensor] of model.tensors.entries()) {
    if (tensor.payload === undefined) continue;
    const list = users.get(tensor.payload);
    if (list) list.push(index);
    else users.set(tensor.payload, [index]);
  }
  const finished = new Map<number, Finished>();

  function payload(index: number): PayloadPrinter {
    const tensors = users.get(index) ?? [];
    return payloadPrinter(model.tensors, tensors, (result) => finished.set(index, result));
  }

  return { payload, finish: () => assemble(model, finished) };
}

function payloadPrinter(
  all: readonly TensorEntry[],
  indices: readonly number[],
  done: (result: Finished) => void,
): PayloadPrinter {
  const scans = indices.flatMap((index) => {
    const entry = all[index];
    const scan = entry && entry.role !== 'optimizer' ? tensorScan(entry) : undefined;
    return scan ? [{ index, scan }] : [];
  });
  const isCounter = indices.some((index) => counterName.test(all[index]?.name ?? ''));
  let counter: number | undefined;
  let offset = 0;
  let carry: Uint8Array = new Uint8Array(0);

  function pass(bytes: Uint8Array): void {
    if (isCounter && offset === 0 && bytes.length === 8) {
      const view = new DataView(bytes.buffer, bytes.byteOffset, 8);
      counter = Number(view.getBigInt64(0, true));
    }
    for (const { scan } of scans) scan.update(bytes, offset);
    offset += bytes.length;
  }

  function update(bytes: Uint8Array): void {
    // Scans want pieces that begin at multiples of 8 bytes, of the payload and of the buffer.
    let piece = bytes;
    if (carry.length > 0 || bytes.byteOffset % 8 !== 0) {
      piece = new Uint8Array(carry.length + bytes.length);
      piece.set(carry);
      piece.set(bytes, carry.length);
    }
    const whole = piece.length - (piece.length % 8);
    if (whole > 0) pass(piece.subarray(0, whole));
    carry = piece.slice(whole);
  }

  function finish(id: TensorId): void {
    if (carry.length > 0) pass(carry);
    carry = new Uint8Array(0);
    const results = new Map(scans.map(({ index, scan }) => [index, scan.finish()]));
    done({ id, scans: results, counter });
  }

  return { update, finish };
}

function assemble(
  model: FingerprintInput,
  finished: ReadonlyMap<number, Finished>,
): ModelFingerprint {
  const samples: number[] = [];
  const sketches: number[] = [];
  const tensors = model.tensors.map((entry, index): TensorPrint => {
    const source = entry.payload === undefined ? undefined : finished.get(entry.payload);
    if (entry.payload !== undefined && source === undefined) {
      throw new Error(`payload ${entry.payload} was not fingerprinted`);
    }
    const scan = source?.scans.get(index) ?? unscanned;
    const [sampleStart, sketchStart] = [samples.length, sketches.length];
    for (const value of scan.sample) samples.push(value);
    for (const value of scan.statistics.sketch) sketches.push(value);
    const { values, mean, deviation, kurtosis, zeros } = scan.statistics;
    return {
      ...printHead(entry, source?.id),
      values, mean, deviation, kurtosis, zeros,
      regularity: scan.regularity,
      sampleStart,
      sampleLength: scan.sample.length,
      sketchStart,
      sketchLength: scan.statistics.sketch.length,
    }; // prettier-ignore
  });
  return {
    version: 1,
    format: model.format,
    signature: signatureText(model.architecture.inputs, model.architecture.outputs),
    tensors,
    payloadBytes: [...model.payloadBytes],
    samples: Float32Array.from(samples),
    sketches: Uint32Array.from(sketches),
    statements: statementsOf(model, finished),
  };
}

/** Of a tensor whose values are not looked at. */
const unscanned: ScannedTensor = {
  statistics: { mean: 0, deviation: 0, kurtosis: 0, zeros: 0, values: '', sketch: [] },
  sample: new Float32Array(0),
  regularity: 0,
};

function printHead(
  entry: TensorEntry,
  id: TensorId | undefined,
): Pick<TensorPrint, 'name' | 'dtype' | 'shape' | 'role' | 'payload' | 'id' | 'elements'> {
  const { name, dtype, shape, role, payload, view } = entry;
  const digest = id?.slice(0, idDigits) ?? '';
  const part = view
    ? `@${view.byteOffset}+${elementCount(shape)}:${shape.join()}:${view.strides.join()}`
    : '';
  return { name, dtype, shape, role, payload, id: digest + part, elements: elementCount(shape) };
}

function signatureText(inputs: readonly Signature[], outputs: readonly Signature[]): string {
  if (inputs.length === 0 && outputs.length === 0) return '';
  const text = (side: readonly Signature[]): string =>
    side
      .map(({ dtype, shape }) => {
        const extents = shape.map((extent) => (typeof extent === 'number' ? extent : '?'));
        return `${dtype}[${extents.join()}]`;
      })
      .join(' ');
  return `${text(inputs)} → ${text(outputs)}`;
}

function statementsOf(
  model: FingerprintInput,
  finished: ReadonlyMap<number, Finished>,
): Statements {
  const { metadata } = model.architecture;
  const stated = (pattern: RegExp): number | undefined => {
    for (const [key, value] of Object.entries(metadata)) {
      const figure = Number(value);
      if (pattern.test(key) && value.trim() !== '' && Number.isFinite(figure)) return figure;
    }
    return undefined;
  };
  const epoch = stated(/(^|[._])epochs?$/i);
  const counters = [...finished.values()].flatMap(({ counter }) => counter ?? []);
  const steps = stated(/(^|[._])(global_)?(step|iter|iteration)s?$/i) ?? largest(counters);
  const producer = Object.entries(metadata).find(([key]) => /producer/i.test(key))?.[1];
  return {
    optimizer: model.tensors.some(({ role }) => role === 'optimizer'),
    ...(epoch === undefined ? {} : { epoch }),
    ...(steps === undefined ? {} : { steps }),
    ...(producer === undefined ? {} : { producer }),
  };
}

function largest(values: readonly number[]): number | undefined {
  return values.length === 0 ? undefined : values.reduce((a, b) => Math.max(a, b));
}
