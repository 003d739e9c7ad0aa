import { LineageError } from '../../../core/lineageError.ts';
import { dtypeBits, elementCount, tensorBytes } from '../../../core/dtype.ts';
import { numbersOf } from '../../../core/network/literal.ts';
import type { Literal } from '../../../core/network/network.ts';
import type { ByteSource, ModelCandidate } from '../../../core/ports/modelFormats.ts';
import { readPayload } from '../../segments/payloadReader.ts';
import { companionPath } from '../location.ts';
import type { SparseTensorProto, TensorProto } from '../proto/model.ts';
import { locateList, locateTensor } from '../tensors/locateTensor.ts';
import type { FoundTensor } from '../tensors/place.ts';
import { readScattered } from '../tensors/readScattered.ts';
import type { Failure } from '../wire/failure.ts';
import type { RepeatedNumbers } from '../wire/repeatedNumbers.ts';

/** Most bytes of a sparse tensor once it is dense: a few bytes of a file could ask for any number. */
const denseBytes = 1 << 30;

/** Reads values of tensors. Names are for errors. */
export interface TensorReader {
  /** @throws LineageError `network-unsupported` for strings, and what `locateTensor` throws. */
  tensor(tensor: TensorProto, name: string): Promise<Literal>;
  /** A sparse tensor with its zeros. */
  sparse(tensor: SparseTensorProto, name: string): Promise<Literal>;
  /** A list of numbers in an attribute, whole. */
  list(list: RepeatedNumbers, name: string): Promise<Literal>;
}

/** Reads from the files of one model, the graph's first. */
export function tensorReader({ files }: ModelCandidate, failure: Failure): TensorReader {
  const [main, ...companions] = files;
  if (main === undefined) throw new Error('a model candidate without a file');

  async function read(found: FoundTensor): Promise<Literal> {
    const bytes = new Uint8Array(found.sizeBytes);
    let at = 0;
    for await (const piece of piecesOf(found, main as ByteSource, companions, failure)) {
      if (at + piece.length > bytes.length) throw shorter(found, failure);
      bytes.set(piece, at);
      at += piece.length;
    }
    if (at !== bytes.length) throw shorter(found, failure);
    return { dtype: found.dtype, shape: found.shape, bytes };
  }
  const tensor: TensorReader['tensor'] = (proto, name) => read(locateTensor(proto, name, failure));

  return {
    tensor,
    list: (list, name) => read(locateList(list, name, failure)),
    async sparse({ values: [values], indices: [indices], dims, at }, name) {
      if (values === undefined || indices === undefined)
        throw failure.invalid(at, `the sparse tensor ${name} lacks values or indices`);
      const dense = await tensor(values, name);
      return scattered(dense, await tensor(indices, name), dims, () =>
        failure.invalid(at, `the indices of the sparse tensor ${name} do not fit its shape`),
      );
    },
  };
}

function piecesOf(
  found: FoundTensor,
  main: ByteSource,
  companions: readonly ByteSource[],
  failure: Failure,
): AsyncIterable<Uint8Array> | Iterable<Uint8Array> {
  const { place, name, sizeBytes } = found;
  switch (place.is) {
    case 'literal':
      throw new LineageError('network-unsupported', { node: name, reason: 'it holds strings' });
    case 'empty':
      return [];
    case 'scattered':
      return readScattered(main, place, failure);
    case 'run':
      return readPayload({ ...place, source: main, format: 'onnx', decodedBytes: sizeBytes });
    case 'external': {
      const path = companionPath(main.path, place.location);
      const source = companions.find((each) => each.path === path);
      if (source === undefined)
        throw new LineageError('companion-missing', { file: main.path, needs: place.location });
      if (sizeBytes > source.sizeBytes - place.offset) throw shorter(found, failure);
      const stored = { source, offset: place.offset, storedBytes: sizeBytes };
      const encoding = { is: 'raw' } as const;
      return readPayload({ ...stored, encoding, format: 'onnx', decodedBytes: sizeBytes });
    }
  }
}

function shorter({ name, at, sizeBytes }: FoundTensor, failure: Failure): Error {
  return failure.invalid(at, `tensor ${name} does not have its ${sizeBytes} bytes`);
}

/** Source: onnx.proto, SparseTensorProto: flat indices `[nnz]`, or coordinates `[nnz, rank]`. */
function scattered(
  values: Literal,
  indices: Literal,
  dims: readonly number[],
  unfit: () => Error,
): Literal {
  const each = dtypeBits[values.dtype] / 8;
  const total = elementCount(dims);
  const sizeBytes = tensorBytes(values.dtype, dims);
  if (!Number.isSafeInteger(total) || total < 0 || sizeBytes > denseBytes || each < 1)
    throw unfit();
  const bytes = new Uint8Array(sizeBytes);
  const numbers = numbersOf(indices);
  const rank = indices.shape.length === 2 ? dims.length : 1;
  const extents = rank === 1 ? [total] : dims;
  const count = values.bytes.length / each;
  if (numbers.length !== count * rank) throw unfit();
  for (let i = 0; i < count; i++) {
    let flat = 0;
    for (const [axis, extent] of extents.entries()) {
      const index = numbers[i * rank + axis] as number;
      if (index < 0 || index >= extent) throw unfit();
      flat = flat * extent + index;
    }
    bytes.set(values.bytes.subarray(i * each, (i + 1) * each), flat * each);
  }
  return { dtype: values.dtype, shape: dims, bytes };
}
