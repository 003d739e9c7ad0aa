import type { Dtype } from '../../../core/dtype.ts';
import { dtypeBits, isFloat, tensorBytes } from '../../../core/dtype.ts';
import type { VarintEncoding } from '../../segments/varint.ts';
import { dataTypes, typedFieldNames, typedFieldOf } from '../dataTypes.ts';
import { limits } from '../limits.ts';
import type { TensorProto } from '../proto/model.ts';
import type { Failure } from '../wire/failure.ts';
import type { RepeatedNumbers } from '../wire/repeatedNumbers.ts';
import type { FoundTensor, Place } from './place.ts';

/**
 * Checks a tensor and finds its values: raw, in a typed field, or in another file.
 *
 * @param name - the tensor's name in the model, for errors too.
 * @throws LineageError `format-invalid`, `format-unsupported`.
 */
export function locateTensor(tensor: TensorProto, name: string, failure: Failure): FoundTensor {
  const { at } = tensor;
  const dtype = dataTypes[tensor.dataType];
  if (dtype === undefined)
    throw failure.invalid(
      at,
      `tensor ${name} has data type ${tensor.dataType}, which is not defined`,
    );
  if (tensor.segmented) throw failure.unsupported(at, `tensor ${name} is stored in segments`);
  const shape = tensor.dims;
  const elements = checkedElements(shape, name, at, failure);
  const sizeBytes = tensorBytes(dtype, shape);
  const place = placeOf(tensor, name, dtype, elements, sizeBytes, failure);
  return { name, at, dtype, shape, sizeBytes, place };
}

/** A list of numbers in an attribute, as a tensor of one axis. */
export function locateList(list: RepeatedNumbers, name: string, failure: Failure): FoundTensor {
  const dtype = list.field === attributeFloats ? 'f32' : 'i64';
  const sizeBytes = tensorBytes(dtype, [list.elements]);
  const encoding = encodingOf(list, dtype, name, failure);
  const place = placeOfField(list, encoding);
  return { name, at: list.start, dtype, shape: [list.elements], sizeBytes, place };
}

/** Field number of `AttributeProto.floats`. */
const attributeFloats = 7;

function checkedElements(
  shape: readonly number[],
  name: string,
  at: number,
  failure: Failure,
): number {
  if (shape.length > limits.rank)
    throw failure.unsupported(
      at,
      `tensor ${name} has ${shape.length} axes (at most ${limits.rank})`,
    );
  let product = 1;
  for (const extent of shape) {
    if (extent < 0) throw failure.invalid(at, `tensor ${name} has a negative extent, ${extent}`);
    // Zeros are left out of the check, so that an empty tensor cannot hide an absurd extent.
    product *= extent === 0 ? 1 : extent;
    if (product * 16 > Number.MAX_SAFE_INTEGER)
      throw failure.invalid(at, `the shape of tensor ${name}, [${shape.join(', ')}], overflows`);
  }
  return shape.includes(0) ? 0 : product;
}

function placeOf(
  tensor: TensorProto,
  name: string,
  dtype: Dtype,
  elements: number,
  sizeBytes: number,
  failure: Failure,
): Place {
  const mismatch = (found: string): Error =>
    failure.invalid(
      tensor.at,
      `tensor ${name}, ${dtype} [${tensor.dims.join(', ')}], should have ${elements} elements, and has ${found}`,
    );
  const { raw, field } = oneHolder(tensor, name, failure);
  if (tensor.location === externalLocation)
    return externalPlace(tensor, name, dtype, sizeBytes, failure);
  if (dtype === 'string') {
    if (tensor.strings !== elements) throw mismatch(`${tensor.strings} strings`);
    return { is: 'literal' };
  }
  if (raw !== undefined) {
    if (raw.sizeBytes !== sizeBytes) throw mismatch(`${raw.sizeBytes} bytes`);
    return { is: 'run', offset: raw.offset, storedBytes: sizeBytes, encoding: { is: 'raw' } };
  }
  if (field !== undefined) return typedPlace(field, tensor, name, dtype, failure, mismatch);
  if (sizeBytes > 0) throw mismatch('none');
  return { is: 'empty' };
}

/** `DataLocation.EXTERNAL`: the values are in another file. */
const externalLocation = 1;

/** The one field that holds the tensor's values, if any does. */
function oneHolder(tensor: TensorProto, name: string, failure: Failure) {
  const fields = tensor.typed.filter((each) => each.elements > 0);
  const raw = tensor.raw?.sizeBytes === 0 ? undefined : tensor.raw;
  const others = [raw !== undefined, tensor.strings > 0, tensor.location === externalLocation];
  if (fields.length + others.filter(Boolean).length > 1)
    throw failure.invalid(tensor.at, `tensor ${name} has values in more than one field`);
  return { raw, field: fields[0] };
}

function typedPlace(
  field: RepeatedNumbers,
  tensor: TensorProto,
  name: string,
  dtype: Dtype,
  failure: Failure,
  mismatch: (found: string) => Error,
): Place {
  const typed = typedFieldOf(dtype);
  if (field.field !== typed.field)
    throw failure.invalid(
      tensor.at,
      `tensor ${name} is ${dtype} and has its values in ${typedFieldNames.get(field.field) ?? '?'}`,
    );
  const encoding = encodingOf(field, dtype, name, failure);
  const wordBytes = typed.kind === 'float' ? 4 : 8;
  const valueBytes = encoding.is === 'raw' ? wordBytes : encoding.elementBits / 8;
  if (field.elements * valueBytes !== tensorBytes(dtype, tensor.dims))
    throw mismatch(`${field.elements} values`);
  return placeOfField(field, encoding);
}

type FieldEncoding = VarintEncoding | { readonly is: 'raw' };

/** How the values of a typed field are encoded, if an encoder would write them as they stand. */
function encodingOf(
  list: RepeatedNumbers,
  dtype: Dtype,
  name: string,
  failure: Failure,
): FieldEncoding {
  if (dtype === 'f32' || dtype === 'f64' || dtype === 'c64' || dtype === 'c128')
    return { is: 'raw' };
  const elementBits = Math.max(8, dtypeBits[dtype]) as 8 | 16 | 32 | 64;
  const { positiveBits, negativeBits } = list;
  if (positiveBits > elementBits || negativeBits > elementBits)
    throw failure.invalid(list.start, `tensor ${name} has a value that does not fit ${dtype}`);
  const unsigned = negativeBits === 0;
  const signed = positiveBits < elementBits;
  const preferSigned = dtype.startsWith('i') && dtypeBits[dtype] >= 8;
  // At 64 bits both ways of reading give the same bytes.
  const isSigned = elementBits === 64 || (preferSigned ? signed : signed && !unsigned);
  return { is: 'varint', elementBits, signed: isSigned };
}

function placeOfField(list: RepeatedNumbers, encoding: FieldEncoding): Place {
  const { offset, sizeBytes: storedBytes, start, end, field } = list;
  if (list.occurrences === 1 && reproducible(list, encoding))
    return { is: 'run', offset, storedBytes, encoding };
  return { is: 'scattered', start, end, field, encoding };
}

function reproducible(list: RepeatedNumbers, encoding: FieldEncoding): boolean {
  if (encoding.is === 'raw') return true;
  const { positiveBits, negativeBits, minimal } = list;
  if (!minimal) return false;
  if (encoding.elementBits === 64) return true;
  return encoding.signed ? positiveBits < encoding.elementBits : negativeBits === 0;
}

/** Whether values of `dtype` can be learned: floats, and the integers of quantised weights. */
export function isWeightType(dtype: Dtype): boolean {
  return isFloat(dtype) || ['i8', 'u8', 'i4', 'u4', 'i2', 'u2'].includes(dtype);
}

function externalPlace(
  tensor: TensorProto,
  name: string,
  dtype: Dtype,
  sizeBytes: number,
  failure: Failure,
): Place {
  if (dtype === 'string')
    throw failure.invalid(tensor.at, `tensor ${name} has strings in another file`);
  const entry = (key: string): string | undefined =>
    tensor.external.find((each) => each.key === key)?.value;
  const count = (key: string): number | undefined => {
    const value = entry(key);
    if (value === undefined) return undefined;
    if (!/^\d{1,15}$/.test(value))
      throw failure.invalid(
        tensor.at,
        `tensor ${name} has "${value}" for the ${key} of its values`,
      );
    return Number(value);
  };
  const location = entry('location') ?? '';
  if (location === '')
    throw failure.invalid(tensor.at, `tensor ${name} does not say which file its values are in`);
  const length = count('length');
  if (length !== undefined && length !== sizeBytes)
    throw failure.invalid(
      tensor.at,
      `tensor ${name} has ${sizeBytes} bytes, and ${length} are given for it in ${location}`,
    );
  return { is: 'external', location, offset: count('offset') ?? 0 };
}
