import { LineageError } from '../../../core/lineageError.ts';
import { numbersOf } from '../../../core/network/literal.ts';
import type { Attribute, Network } from '../../../core/network/network.ts';
import type { AttributeProto, GraphProto } from '../proto/model.ts';
import type { RepeatedNumbers } from '../wire/repeatedNumbers.ts';
import type { TensorReader } from './tensorReader.ts';

/** What reading an attribute needs besides its message. */
export interface AttributeReading {
  readonly tensors: TensorReader;
  readonly graph: (graph: GraphProto) => Promise<Network>;
  /** The node, for errors. */
  readonly node: string;
}

/**
 * An attribute with all of its value.
 *
 * Source: onnx.proto, AttributeProto. Without a type (IR version 1) the member that is there decides.
 *
 * @throws LineageError `network-unsupported` for kinds that no operator we carry has, and for texts too
 *   long to be structure.
 */
export async function readAttribute(
  attribute: AttributeProto,
  reading: AttributeReading,
): Promise<Attribute> {
  const { name } = attribute;
  const unsupported = (what: string): Error =>
    new LineageError('network-unsupported', {
      node: reading.node,
      reason: `its attribute ${name} is ${what}`,
    });
  if (attribute.longText) throw unsupported('a very long text');
  const kind = attribute.type === 0 ? guessed(attribute) : kinds[attribute.type];
  const read = kind === undefined ? undefined : await readers[kind](attribute, reading);
  if (read === undefined)
    throw unsupported(
      kind === undefined ? 'of a kind that is not supported' : `a ${kind} that is missing`,
    );
  return read;
}

type Kind = Attribute['is'] | 'sparse';
type Read = Promise<Attribute | undefined> | Attribute;

/** By kind; undefined where a message lacks what its kind says. */
const readers: Readonly<
  Record<Kind, (attribute: AttributeProto, reading: AttributeReading) => Read | undefined>
> = {
  float: ({ float }) => ({ is: 'float', value: float ?? 0 }),
  int: ({ int }) => ({ is: 'int', value: within64(int ?? 0) }),
  string: ({ text }) => ({ is: 'string', value: text ?? '' }),
  strings: ({ texts }) => ({ is: 'strings', value: texts }),
  floats: async ({ floats, name }, { tensors }) => ({
    is: 'floats',
    value: await numbers(floats, name, tensors),
  }),
  ints: async ({ ints, name }, { tensors }) => ({
    is: 'ints',
    value: (await numbers(ints, name, tensors)).map(within64),
  }),
  tensor: async ({ tensors: [tensor], name }, { tensors, node }) =>
    tensor && { is: 'tensor', value: await tensors.tensor(tensor, `${node}/${name}`) },
  sparse: async ({ sparseTensors: [sparse], name }, { tensors, node }) =>
    sparse && { is: 'tensor', value: await tensors.sparse(sparse, `${node}/${name}`) },
  graph: async ({ graphs: [graph] }, reading) =>
    graph && { is: 'graph', value: await reading.graph(graph) },
};

async function numbers(
  list: RepeatedNumbers | undefined,
  name: string,
  tensors: TensorReader,
): Promise<readonly number[]> {
  if (list === undefined) return [];
  if (list.first.length === list.elements) return list.first;
  return Array.from(numbersOf(await tensors.list(list, name)));
}

/** The largest double that is a 64-bit integer: 2^63 − 1, "to the end", would be rounded to none. */
const mostInt = 2 ** 63 - 1024;

function within64(value: number): number {
  return Math.min(value, mostInt);
}

/** Source: AttributeProto.AttributeType; lists of tensors and graphs, and types, are left out. */
const kinds: Readonly<Record<number, Kind>> = {
  1: 'float', 2: 'int', 3: 'string', 4: 'tensor', 5: 'graph', 6: 'floats', 7: 'ints', 8: 'strings',
  11: 'sparse',
}; // prettier-ignore

function guessed(attribute: AttributeProto): Kind | undefined {
  if (attribute.float !== undefined) return 'float';
  if (attribute.int !== undefined) return 'int';
  if (attribute.text !== undefined) return 'string';
  if (attribute.tensors.length === 1) return 'tensor';
  if (attribute.graphs.length === 1) return 'graph';
  if (attribute.floats !== undefined) return 'floats';
  if (attribute.texts.length > 0) return 'strings';
  // An empty list leaves nothing in the file; of lists, ints are by far the most common.
  return attribute.tensors.length + attribute.graphs.length === 0 ? 'ints' : undefined;
}
