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
export function nodeLabel(node: NodeProto, index: number): string {
  return node.name === '' ? `${node.opType}_${index}` : node.name;
}

/** Whether an attribute's list is carried as a tensor. */
export function isTensorList(list: RepeatedNumbers | undefined): list is RepeatedNumbers {
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
  const tensors: FoundTensor[] = [];
  const indexOf = new Map<TensorProto | RepeatedNumbers, number>();
  const names = new Map<string, number>();

  const unique = (name: string): string => {
    let count = (names.get(name) ?? 0) + 1;
    let candidate = name;
    while (count > 1 && names.has((candidate = `${name}#${count}`))) count++;
    names.set(name, count);
    if (candidate !== name) names.set(candidate, 1);
    return candidate;
  };
  const push = (message: TensorProto | RepeatedNumbers, found: FoundTensor): void => {
    if (tensors.length === limits.tensors)
      throw failure.unsupported(found.at, `it has more than ${limits.tensors} tensors`);
    indexOf.set(message, tensors.push(found) - 1);
  };
  const addTensor = (tensor: TensorProto, name: string): void => {
    push(tensor, locateTensor(tensor, unique(name), failure));
  };
  const addList = (list: RepeatedNumbers | undefined, name: string): void => {
    if (isTensorList(list)) push(list, locateList(list, unique(name), failure));
  };
  const addSparse = (sparse: SparseTensorProto, name: string): void => {
    for (const values of sparse.values) addTensor(values, name);
    for (const indices of sparse.indices) addTensor(indices, `${name}/indices`);
  };
  const addAttribute = (attribute: AttributeProto, name: string): void => {
    const several = attribute.tensors.length + attribute.sparseTensors.length > 1;
    const part = (index: number): string => (several ? `${name}/${index}` : name);
    for (const [index, tensor] of attribute.tensors.entries()) addTensor(tensor, part(index));
    for (const [index, sparse] of attribute.sparseTensors.entries()) addSparse(sparse, part(index));
    addList(attribute.floats, name);
    addList(attribute.ints, name);
    const graphs = attribute.graphs;
    for (const [index, inner] of graphs.entries())
      addGraph(inner, graphs.length > 1 ? `${name}/${index}/` : `${name}/`);
  };
  const addNodes = (nodes: readonly NodeProto[], prefix: string): void => {
    for (const [index, node] of nodes.entries()) {
      const output = node.opType === 'Constant' ? node.outputs[0] : undefined;
      const label = prefix + nodeLabel(node, index);
      for (const attribute of node.attributes)
        addAttribute(attribute, output ? prefix + output : `${label}/${attribute.name}`);
    }
  };
  const addGraph = (inner: GraphProto, prefix: string): void => {
    const own = new Set<string>();
    const checked = (name: string, at: number, index: number): string => {
      if (name === '') return `${prefix}initializer_${index}`;
      if (own.has(name))
        throw failure.invalid(at, `two initializers of one graph have the name ${prefix}${name}`);
      own.add(name);
      return prefix + name;
    };
    for (const [index, tensor] of inner.initializers.entries())
      addTensor(tensor, checked(tensor.name, tensor.at, index));
    for (const [index, sparse] of inner.sparseInitializers.entries())
      addSparse(sparse, checked(sparse.values[0]?.name ?? '', sparse.at, index));
    addNodes(inner.nodes, prefix);
  };

  addGraph(graph, '');
  for (const each of model.functions) {
    for (const attribute of each.defaults)
      addAttribute(attribute, `${each.name}/${attribute.name}`);
    addNodes(each.nodes, `${each.name}/`);
  }
  for (const [index, training] of model.training.entries()) {
    for (const each of training.initialization) addGraph(each, `training_${index}/initialization/`);
    for (const each of training.algorithm) addGraph(each, `training_${index}/algorithm/`);
  }
  return { tensors, indexOf };
}
