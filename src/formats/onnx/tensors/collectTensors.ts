import { limits, tensorListElements } from '../limits.ts';
import type {
  AttributeProto,
  GraphProto,
  NodeProto,
  SparseTensorProto,
  TensorProto,
} from '../proto/model.ts';
import type { ReadModel } from '../readModel.ts';
import type { Failure } from '../wire/failure.ts';
import type { RepeatedNumbers } from '../wire/repeatedNumbers.ts';
import { locateList, locateTensor } from './locateTensor.ts';
import type { FoundTensor } from './place.ts';

/** All tensors of a model, and which of them a message of the graph is. */
export interface TensorCollection {
  readonly tensors: readonly FoundTensor[];
  readonly indexOf: ReadonlyMap<TensorProto | RepeatedNumbers, number>;
}

/** A node's name for people and for paths: its own, or its type and place. */
function nodeLabel(node: NodeProto, index: number): string {
  return node.name === '' ? `${node.opType}_${index}` : node.name;
}

/** Whether an attribute's list is carried as a tensor. */
function isTensorList(list: RepeatedNumbers | undefined): list is RepeatedNumbers {
  return list !== undefined && list.elements >= tensorListElements;
}

/**
 * Finds the tensors of the graph, its subgraphs, functions and training graphs, wherever they are:
 * initializers, sparse initializers (values and indices), Constant nodes, attributes.
 *
 * Names: in the main graph as they are; elsewhere after the path, `If_0/then_branch/weight`. A
 * constant has its output's name. A name met again under another path gets `#2`, `#3`, …
 *
 * @throws LineageError `format-invalid`: a tensor that is not well-formed, or two initializers of
 *   one name in one graph.
 */
export function collectTensors({ model, graph }: ReadModel, failure: Failure): TensorCollection {
  const sink = tensorSink(failure);
  addGraph(sink, graph, '');
  for (const each of model.functions) {
    for (const attribute of each.defaults)
      addAttribute(sink, attribute, `${each.name}/${attribute.name}`);
    addNodes(sink, each.nodes, `${each.name}/`);
  }
  for (const [index, training] of model.training.entries()) {
    for (const each of training.initialization)
      addGraph(sink, each, `training_${index}/initialization/`);
    for (const each of training.algorithm) addGraph(sink, each, `training_${index}/algorithm/`);
  }
  return sink;
}

interface TensorSink extends TensorCollection {
  readonly failure: Failure;
  readonly addTensor: (tensor: TensorProto, name: string) => void;
  readonly addList: (list: RepeatedNumbers | undefined, name: string) => void;
}

function tensorSink(failure: Failure): TensorSink {
  const tensors: FoundTensor[] = [];
  const indexOf = new Map<TensorProto | RepeatedNumbers, number>();
  const unique = uniqueNames();
  const push = (message: TensorProto | RepeatedNumbers, found: FoundTensor): void => {
    if (tensors.length === limits.tensors)
      throw failure.unsupported(found.at, `it has more than ${limits.tensors} tensors`);
    indexOf.set(message, tensors.push(found) - 1);
  };
  return {
    tensors,
    indexOf,
    failure,
    addTensor: (tensor, name) => {
      push(tensor, locateTensor(tensor, unique(name), failure));
    },
    addList: (list, name) => {
      if (isTensorList(list)) push(list, locateList(list, unique(name), failure));
    },
  };
}

/** Gives each name back, with `#2`, `#3`, … where it was given before. */
function uniqueNames(): (name: string) => string {
  const uses = new Map<string, number>();
  return (name) => {
    let count = (uses.get(name) ?? 0) + 1;
    let unique = count === 1 ? name : `${name}#${count}`;
    while (count > 1 && uses.has(unique)) unique = `${name}#${++count}`;
    uses.set(name, count);
    if (unique !== name) uses.set(unique, 1);
    return unique;
  };
}

function addSparse(sink: TensorSink, sparse: SparseTensorProto, name: string): void {
  for (const values of sparse.values) sink.addTensor(values, name);
  for (const indices of sparse.indices) sink.addTensor(indices, `${name}/indices`);
}

function addAttribute(sink: TensorSink, attribute: AttributeProto, name: string): void {
  const { tensors, sparseTensors, graphs } = attribute;
  const several = tensors.length + sparseTensors.length > 1;
  const part = (index: number): string => (several ? `${name}/${index}` : name);
  for (const [index, tensor] of tensors.entries()) sink.addTensor(tensor, part(index));
  for (const [index, sparse] of sparseTensors.entries()) addSparse(sink, sparse, part(index));
  sink.addList(attribute.floats, name);
  sink.addList(attribute.ints, name);
  for (const [index, inner] of graphs.entries())
    addGraph(sink, inner, graphs.length > 1 ? `${name}/${index}/` : `${name}/`);
}

function addNodes(sink: TensorSink, nodes: readonly NodeProto[], prefix: string): void {
  for (const [index, node] of nodes.entries()) {
    const output = node.opType === 'Constant' ? node.outputs[0] : undefined;
    const label = prefix + nodeLabel(node, index);
    for (const attribute of node.attributes)
      addAttribute(sink, attribute, output ? prefix + output : `${label}/${attribute.name}`);
  }
}

function addGraph(sink: TensorSink, graph: GraphProto, prefix: string): void {
  const own = new Set<string>();
  const checked = (name: string, at: number, index: number): string => {
    if (name === '') return `${prefix}initializer_${index}`;
    if (own.has(name))
      throw sink.failure.invalid(at, `two initializers of a graph have the name ${prefix}${name}`);
    own.add(name);
    return prefix + name;
  };
  for (const [index, tensor] of graph.initializers.entries())
    sink.addTensor(tensor, checked(tensor.name, tensor.at, index));
  for (const [index, sparse] of graph.sparseInitializers.entries())
    addSparse(sink, sparse, checked(sparse.values[0]?.name ?? '', sparse.at, index));
  addNodes(sink, graph.nodes, prefix);
}
