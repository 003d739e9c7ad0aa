import type { Schema } from '../wire/schema.ts';
import { integer, message, text } from '../wire/schema.ts';
import { attributeSchema, entrySchema, graphSchema, nodeSchema } from './graphSchemas.ts';
import type * as proto from './model.ts';

const opsetSchema: Schema<proto.OpsetProto> = {
  name: 'OperatorSetIdProto',
  create: () => ({ domain: '', version: 0 }),
  fields: new Map([
    [1, text((to, value) => (to.domain = value))],
    [2, integer((to, value) => (to.version = value))],
  ]),
};

const trainingSchema: Schema<proto.TrainingProto> = {
  name: 'TrainingInfoProto',
  create: () => ({ initialization: [], algorithm: [] }),
  fields: new Map([
    [
      1,
      message(
        () => graphSchema,
        (to, child) => to.initialization.push(child),
      ),
    ],
    [
      2,
      message(
        () => graphSchema,
        (to, child) => to.algorithm.push(child),
      ),
    ],
  ]),
};

const functionSchema: Schema<proto.FunctionProto> = {
  name: 'FunctionProto',
  create: (at) => ({
    at,
    name: '',
    domain: '',
    overload: '',
    inputs: [],
    outputs: [],
    defaults: [],
    nodes: [],
  }),
  fields: new Map([
    [1, text((to, value) => (to.name = value))],
    [4, text((to, value) => void to.inputs.push(value))],
    [5, text((to, value) => void to.outputs.push(value))],
    [
      7,
      message(
        () => nodeSchema,
        (to, child) => to.nodes.push(child),
      ),
    ],
    [10, text((to, value) => (to.domain = value))],
    [
      11,
      message(
        () => attributeSchema,
        (to, child) => to.defaults.push(child),
      ),
    ],
    [13, text((to, value) => (to.overload = value))],
  ]),
};

/** The whole file: a `ModelProto`. */
export const modelSchema: Schema<proto.ModelProto> = {
  name: 'ModelProto',
  create: () => ({
    irVersion: 0,
    producerName: '',
    producerVersion: '',
    domain: '',
    modelVersion: 0,
    docString: '',
    graphs: [],
    opsets: [],
    metadata: [],
    training: [],
    functions: [],
  }),
  fields: new Map([
    [1, integer((to, value) => (to.irVersion = value))],
    [2, text((to, value) => (to.producerName = value))],
    [3, text((to, value) => (to.producerVersion = value))],
    [4, text((to, value) => (to.domain = value))],
    [5, integer((to, value) => (to.modelVersion = value))],
    [6, text((to, value) => (to.docString = value), 4096)],
    [
      7,
      message(
        () => graphSchema,
        (to, child) => to.graphs.push(child),
      ),
    ],
    [
      8,
      message(
        () => opsetSchema,
        (to, child) => to.opsets.push(child),
      ),
    ],
    [
      14,
      message(
        () => entrySchema,
        (to, child) => to.metadata.push(child),
      ),
    ],
    [
      20,
      message(
        () => trainingSchema,
        (to, child) => to.training.push(child),
      ),
    ],
    [
      25,
      message(
        () => functionSchema,
        (to, child) => to.functions.push(child),
      ),
    ],
  ]),
};
