import { isLineageError } from '../../core/lineageError.ts';
import { dtypeBits, elementCount, tensorBytes } from '../../core/dtype.ts';
import type { ParsedModel } from '../../core/ports/modelFormats.ts';
import type { TensorEntry } from '../../core/snapshot.ts';
import { memorySource } from '../memorySource.fixture.ts';
import { modelFormats } from '../modelFormats.ts';
import { assemble } from '../segments/assemble.ts';
import { bytesOf, freeRun, store } from '../snapshot.fixture.ts';

/** What a reader may ask for in all, as a multiple of the file and besides. */
const readFactor = 40;
const readBytes = 1 << 20;
/** Payloads over this are not read: a deflated storage may truly hold so much. */
const storedLimit = 64 << 20;
const timeLimitMs = 3000;

const formats = modelFormats();

/** How a case ended; `failed` says what is wrong with the reader. */
export type Outcome =
  | { readonly is: 'refused'; readonly code: string }
  | { readonly is: 'read' }
  | { readonly is: 'failed'; readonly why: string };

/**
 * Reads a broken file. It may be refused by an error that names file and place, or read to a model
 * that comes back byte for byte; anything else is a failure, as are reading far more than the file
 * and taking seconds.
 */
export async function check(
  name: string,
  format: ParsedModel['format'],
  bytes: Uint8Array,
): Promise<Outcome> {
  const source = memorySource(name, bytes);
  const start = performance.now();
  const outcome = await attempt(format, source);
  const spent = performance.now() - start;
  if (outcome.is === 'failed') return outcome;
  if (spent > timeLimitMs) return { is: 'failed', why: `it took ${Math.round(spent)} ms` };
  if (source.counted.bytes > readFactor * bytes.length + readBytes)
    return { is: 'failed', why: `it read ${source.counted.bytes} bytes of ${bytes.length}` };
  return outcome;
}

async function attempt(
  format: ParsedModel['format'],
  source: ReturnType<typeof memorySource>,
): Promise<Outcome> {
  try {
    await formats.group([source], freeRun);
    const model = await formats.parse({ name: 'fuzz', format, files: [source] }, freeRun);
    const why = wrongModel(model);
    if (why !== undefined) return { is: 'failed', why };
    if (model.payloadBytes.reduce((sum, size) => sum + size, 0) > storedLimit)
      return { is: 'read' };
    const { skeleton, manifest, content } = await store(model);
    const [file] = assemble(skeleton, manifest, content);
    if (file === undefined) return { is: 'failed', why: 'no file comes back' };
    return Buffer.compare(await bytesOf(file), source.bytes) === 0
      ? { is: 'read' }
      : { is: 'failed', why: 'other bytes come back' };
  } catch (error) {
    if (!isLineageError(error))
      return { is: 'failed', why: error instanceof Error ? (error.stack ?? error.message) : '?' };
    const data = error.data as { file?: unknown; at?: unknown };
    const placed = data.at === undefined || isPlace(data.at, source.sizeBytes);
    return typeof data.file === 'string' && placed
      ? { is: 'refused', code: error.code }
      : { is: 'failed', why: `an error without a place: ${error.message}` };
  }
}

function isPlace(at: unknown, sizeBytes: number): boolean {
  return Number.isSafeInteger(at) && (at as number) >= 0 && (at as number) <= sizeBytes;
}

/** What a model promises besides its bytes. */
function wrongModel(model: ParsedModel): string | undefined {
  const { tensors, payloadBytes, architecture } = model;
  const names = new Set(tensors.map(({ name }) => name));
  if (names.size !== tensors.length) return 'two tensors have one name';
  for (const tensor of tensors) {
    const why = wrongTensor(tensor, payloadBytes);
    if (why !== undefined) return `${tensor.name} ${why}`;
  }
  const { layers, edges, unusedTensors } = architecture;
  const used = layers.flatMap(({ parameters }) => parameters.map(({ tensor }) => tensor));
  if ([...used, ...unusedTensors].some((index) => tensors[index] === undefined))
    return 'a layer names a tensor that is not there';
  const isEnd = (end: number | string): boolean => typeof end === 'string' || end in layers;
  return edges.every(({ from, to }) => isEnd(from) && isEnd(to))
    ? undefined
    : 'an edge names a layer that is not there';
}

function wrongTensor(
  { dtype, shape, payload, view }: TensorEntry,
  payloadBytes: readonly number[],
): string | undefined {
  if (payload === undefined) return undefined;
  const held = payloadBytes[payload];
  if (held === undefined) return 'has no payload';
  if (!shape.every((extent) => Number.isSafeInteger(extent) && extent >= 0))
    return `has the shape ${shape.join()}`;
  if (view === undefined)
    return tensorBytes(dtype, shape) === held ? undefined : 'does not fill its payload';
  if (elementCount(shape) === 0) return undefined;
  const last = shape.reduce((sum, n, axis) => sum + (n - 1) * (view.strides[axis] ?? NaN), 0);
  const end = view.byteOffset + ((last + 1) * dtypeBits[dtype]) / 8;
  return view.byteOffset >= 0 && end <= held ? undefined : 'leaves its payload';
}
