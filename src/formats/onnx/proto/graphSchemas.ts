import { limits } from '../limits.ts';
import { repeatedNumbers } from '../wire/repeatedNumbers.ts';
import type { Schema } from '../wire/schema.ts';
import { bytes, integer, integers, message, number, numbers, text } from '../wire/schema.ts';
import type * as proto from './model.ts';

/** Most bytes of a text that is only shown or compared; longer ones stay in the file. */
const shownBytes = 4096;

export const entrySchema: Schema<proto.EntryProto> = {
  name: 'StringStringEntryProto',
  create: () => ({ key: '', value: '' }),
  fields: new Map([
    [1, text((to, value) => (to.key = value), shownBytes)],
    [2, text((to, value) => (to.value = value), shownBytes)],
  ]),
};

/** Records a typed field once, however often it occurs. */
function typed(kind: 'varint' | 'float' | 'double', field: number) {
  return numbers<proto.TensorProto>(kind, (to) => {
    const known = to.typed.find((each) => each.field === field);
    if (known !== undefined) return known;
    const seen = repeatedNumbers(field);
    to.typed.push(seen);
    return seen;
  });
}

const tensorSchema: Schema<proto.TensorProto> = {
  name: 'TensorProto',
  limit: limits.tensors,
  create: (at) => ({
    at,
    name: '',
    dataType: 0,
    dims: [],
    raw: undefined,
    typed: [],
    strings: 0,
    location: 0,
    external: [],
    segmented: false,
  }),
  fields: new Map([
    [1, integers((to, value) => void to.dims.push(value))],
    [2, integer((to, value) => (to.dataType = value))],
    [3, bytes((to) => (to.segmented = true))],
    [4, typed('float', 4)],
    [5, typed('varint', 5)],
    [6, bytes((to) => (to.strings += 1))],
    [7, typed('varint', 7)],
    [8, text((to, value) => (to.name = value))],
    [9, bytes((to, value) => (to.raw = value))],
    [10, typed('double', 10)],
    [11, typed('varint', 11)],
    [
      13,
      message(
        () => entrySchema,
        (to, child) => to.external.push(child),
      ),
    ],
    [14, integer((to, value) => (to.location = value))],
  ]),
};

const sparseTensorSchema: Schema<proto.SparseTensorProto> = {
  name: 'SparseTensorProto',
  create: (at) => ({ at, values: [], indices: [], dims: [] }),
  fields: new Map([
    [
      1,
      message(
        () => tensorSchema,
        (to, child) => to.values.push(child),
      ),
    ],
    [
      2,
      message(
        () => tensorSchema,
        (to, child) => to.indices.push(child),
      ),
    ],
    [3, integers((to, value) => void to.dims.push(value))],
  ]),
};

export const attributeSchema: Schema<proto.AttributeProto> = {
  name: 'AttributeProto',
  create: (at) => ({
    at,
    name: '',
    reference: '',
    float: undefined,
    int: undefined,
    text: undefined,
    longText: false,
    texts: [],
    type: 0,
    floats: undefined,
    ints: undefined,
    tensors: [],
    sparseTensors: [],
    graphs: [],
  }),
  fields: new Map([
    [1, text((to, value) => (to.name = value))],
    [2, number((to, value) => (to.float = value))],
    [3, integer((to, value) => (to.int = value))],
    [
      4,
      text(
        (to, value) => (to.text = value),
        shownBytes,
        (to) => (to.longText = true),
      ),
    ],
    [
      5,
      message(
        () => tensorSchema,
        (to, child) => to.tensors.push(child),
      ),
    ],
    [
      6,
      message(
        () => graphSchema,
        (to, child) => to.graphs.push(child),
      ),
    ],
    [7, numbers('float', (to) => (to.floats ??= repeatedNumbers(7)))],
    [8, numbers('varint', (to) => (to.ints ??= repeatedNumbers(8)))],
    [
      9,
      text(
        (to, value) => void to.texts.push(value),
        shownBytes,
        (to) => (to.longText = true),
      ),
    ],
    [
      10,
      message(
        () => tensorSchema,
        (to, child) => to.tensors.push(child),
      ),
    ],
    [
      11,
      message(
        () => graphSchema,
        (to, child) => to.graphs.push(child),
      ),
    ],
    [20, integer((to, value) => (to.type = value))],
    [21, text((to, value) => (to.reference = value))],
    [
      22,
      message(
        () => sparseTensorSchema,
        (to, child) => to.sparseTensors.push(child),
      ),
    ],
    [
      23,
      message(
        () => sparseTensorSchema,
        (to, child) => to.sparseTensors.push(child),
      ),
    ],
  ]),
};

export const nodeSchema: Schema<proto.NodeProto> = {
  name: 'NodeProto',
  limit: limits.nodes,
  create: (at) => ({
    at,
    name: '',
    opType: '',
    domain: '',
    overload: '',
    inputs: [],
    outputs: [],
    attributes: [],
  }),
  fields: new Map([
    [1, text((to, value) => void to.inputs.push(value))],
    [2, text((to, value) => void to.outputs.push(value))],
    [3, text((to, value) => (to.name = value))],
    [4, text((to, value) => (to.opType = value))],
    [
      5,
      message(
        () => attributeSchema,
        (to, child) => to.attributes.push(child),
      ),
    ],
    [7, text((to, value) => (to.domain = value))],
    [8, text((to, value) => (to.overload = value))],
  ]),
};

const extentSchema: Schema<proto.ExtentProto> = {
  name: 'TensorShapeProto.Dimension',
  create: () => ({ value: undefined, name: '' }),
  fields: new Map([
    [1, integer((to, value) => (to.value = value))],
    [2, text((to, value) => (to.name = value))],
  ]),
};

const shapeSchema: Schema<{ readonly extents: proto.ExtentProto[] }> = {
  name: 'TensorShapeProto',
  create: () => ({ extents: [] }),
  fields: new Map([
    [
      1,
      message(
        () => extentSchema,
        (to, child) => to.extents.push(child),
      ),
    ],
  ]),
};

const tensorTypeSchema: Schema<proto.TensorTypeProto> = {
  name: 'TypeProto.Tensor',
  create: () => ({ elementType: 0, shapes: [] }),
  fields: new Map([
    [1, integer((to, value) => (to.elementType = value))],
    [
      2,
      message(
        () => shapeSchema,
        (to, child) => to.shapes.push(child),
      ),
    ],
  ]),
};

const typeSchema: Schema<proto.TypeProto> = {
  name: 'TypeProto',
  create: () => ({ tensors: [], other: false }),
  fields: new Map([
    [
      1,
      message(
        () => tensorTypeSchema,
        (to, child) => to.tensors.push(child),
      ),
    ],
    ...[4, 5, 8, 9].map(
      (field) => [field, bytes<proto.TypeProto>((to) => (to.other = true))] as const,
    ),
  ]),
};

const valueSchema: Schema<proto.ValueProto> = {
  name: 'ValueInfoProto',
  create: () => ({ name: '', types: [] }),
  fields: new Map([
    [1, text((to, value) => (to.name = value))],
    [
      2,
      message(
        () => typeSchema,
        (to, child) => to.types.push(child),
      ),
    ],
  ]),
};

/** A graph; what it says of inner values' types (`value_info`) is skipped. */
export const graphSchema: Schema<proto.GraphProto> = {
  name: 'GraphProto',
  create: (at) => ({
    at,
    name: '',
    nodes: [],
    initializers: [],
    sparseInitializers: [],
    inputs: [],
    outputs: [],
  }),
  fields: new Map([
    [
      1,
      message(
        () => nodeSchema,
        (to, child) => to.nodes.push(child),
      ),
    ],
    [2, text((to, value) => (to.name = value))],
    [
      5,
      message(
        () => tensorSchema,
        (to, child) => to.initializers.push(child),
      ),
    ],
    [
      11,
      message(
        () => valueSchema,
        (to, child) => to.inputs.push(child),
      ),
    ],
    [
      12,
      message(
        () => valueSchema,
        (to, child) => to.outputs.push(child),
      ),
    ],
    [
      15,
      message(
        () => sparseTensorSchema,
        (to, child) => to.sparseInitializers.push(child),
      ),
    ],
  ]),
};
