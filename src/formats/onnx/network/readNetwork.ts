import type { Literal, Network, OpNode, ValueInfo } from '../../../core/network/network.ts';
import type { ModelCandidate } from '../../../core/ports/modelFormats.ts';
import type { Run } from '../../../core/ports/run.ts';
import { checkInlinedSize, domainOf, functionKey } from '../layers/inlinedSize.ts';
import type { AttributeProto, FunctionProto, GraphProto, NodeProto } from '../proto/model.ts';
import { readModel } from '../readModel.ts';
import type { Failure } from '../wire/failure.ts';
import { onnxFailure } from '../wire/failure.ts';
import { orderNodes } from './orderNodes.ts';
import { constantValue } from './constantValue.ts';
import { readAttribute } from './readAttribute.ts';
import { readValue } from './readValue.ts';
import { tensorReader, type TensorReader } from './tensorReader.ts';
import { freshNames, ValueScope } from './valueNames.ts';

/**
 * The computation of an ONNX model, with all weights: local functions inlined, Constant nodes made
 * initializers, sparse tensors dense.
 *
 * Tensors of the main graph keep the names that `parseOnnx` gives them, so that other values can be put
 * in their place by name. Values of subgraphs and functions are renamed where their names are taken.
 *
 * @throws LineageError `network-unsupported`: something that cannot be a `Network`, such as strings or
 *   sequences. What `parseOnnx` throws.
 */
export async function readNetwork(candidate: ModelCandidate, run: Run): Promise<Network> {
  const [main] = candidate.files;
  if (main === undefined) throw new Error('a model candidate without a file');
  const failure = onnxFailure(main.path);
  const { model, graph } = await readModel(main, failure, run);
  const functions = new Map(
    model.functions.map((each) => [functionKey(each.domain, each.name, each.overload), each]),
  );
  checkInlinedSize(graph.nodes, functions, failure);
  const own = new Set(model.functions.map(({ domain }) => domainOf(domain)));
  const opsets = Object.fromEntries(
    model.opsets
      .map(({ domain, version }) => [domainOf(domain), version] as const)
      .filter(([domain]) => domain === '' || !own.has(domain)),
  );
  const tensors = tensorReader(candidate, failure);
  const reader = new GraphReader({ failure, functions, tensors, opsets, fresh: freshNames() });
  return reader.graph(graph, undefined, { prefix: '', attributes: undefined });
}

interface Reading {
  readonly failure: Failure;
  readonly functions: ReadonlyMap<string, FunctionProto>;
  readonly tensors: TensorReader;
  readonly opsets: Readonly<Record<string, number>>;
  readonly fresh: (wanted: string) => string;
}

/** Where nodes are inlined, and the values of the innermost call's attributes. */
interface Call {
  readonly prefix: string;
  readonly attributes: ReadonlyMap<string, AttributeProto> | undefined;
}

/** What a graph's nodes are gathered into. */
interface Gathered {
  readonly initializers: Map<string, Literal>;
  readonly nodes: OpNode[];
}

class GraphReader {
  readonly #reading: Reading;

  constructor(reading: Reading) {
    this.#reading = reading;
  }

  async graph(graph: GraphProto, outer: ValueScope | undefined, call: Call): Promise<Network> {
    const { fresh, opsets, failure } = this.#reading;
    const scope = new ValueScope(outer);
    const into: Gathered = { initializers: new Map(), nodes: [] };
    await this.#initializers(graph, scope, into);
    const inputs: ValueInfo[] = [];
    for (const value of graph.inputs) {
      if (scope.has(value.name)) continue;
      const name = fresh(value.name);
      scope.set(value.name, name);
      inputs.push(readValue(value, name));
    }
    await this.#nodes(graph.nodes, scope, call, into);
    const outputs = graph.outputs.map((value) => {
      const name = scope.resolve(value.name);
      if (name === undefined)
        throw failure.invalid(graph.at, `nothing produces the output ${value.name}`);
      return readValue(value, name);
    });
    return { name: graph.name, opsets, inputs, outputs, ...into, nodes: orderNodes(into.nodes) };
  }

  async #initializers(graph: GraphProto, scope: ValueScope, into: Gathered): Promise<void> {
    const { fresh, tensors } = this.#reading;
    const declare = (name: string): string => {
      const called = fresh(name);
      scope.set(name, called);
      return called;
    };
    // A tensor without a name is of no use to any node.
    for (const tensor of graph.initializers)
      if (tensor.name !== '')
        into.initializers.set(declare(tensor.name), await tensors.tensor(tensor, tensor.name));
    for (const sparse of graph.sparseInitializers) {
      const name = sparse.values[0]?.name ?? '';
      if (name !== '') into.initializers.set(declare(name), await tensors.sparse(sparse, name));
    }
  }

  async #nodes(
    nodes: readonly NodeProto[],
    scope: ValueScope,
    call: Call,
    into: Gathered,
    preset: ReadonlySet<string> = new Set(),
  ): Promise<void> {
    const { functions, failure, fresh } = this.#reading;
    for (const node of nodes)
      for (const name of node.outputs) {
        if (name === '' || preset.has(name)) continue;
        if (scope.has(name)) throw failure.invalid(node.at, `${name} is produced more than once`);
        scope.set(name, fresh(call.prefix + name));
      }
    for (const node of nodes) {
      const attributes = boundAttributes(node, call);
      const called = functions.get(functionKey(node.domain, node.opType, node.overload));
      if (called !== undefined) await this.#inline(node, called, attributes, scope, call, into);
      else await this.#node(node, attributes, scope, call, into);
    }
  }

  async #node(
    node: NodeProto,
    attributes: ReadonlyMap<string, AttributeProto>,
    scope: ValueScope,
    call: Call,
    into: Gathered,
  ): Promise<void> {
    const { tensors } = this.#reading;
    const outputs = node.outputs.map((name) => (name === '' ? '' : (scope.resolve(name) ?? '')));
    const label = node.name || node.outputs[0] || node.opType;
    const read: OpNode['attributes'] = Object.fromEntries(
      await each(attributes, async ([name, attribute]) => {
        const graph = (inner: GraphProto): Promise<Network> => this.graph(inner, scope, call);
        return [name, await readAttribute(attribute, { tensors, graph, node: label })] as const;
      }),
    );
    const domain = domainOf(node.domain);
    const [output] = outputs;
    const constant = domain === '' && node.opType === 'Constant' ? constantValue(read) : undefined;
    if (constant !== undefined && output !== undefined) {
      into.initializers.set(output, constant);
      return;
    }
    into.nodes.push({
      op: domain === '' ? node.opType : `${domain}.${node.opType}`,
      name: node.name === '' ? '' : call.prefix + node.name,
      inputs: this.#inputs(node, scope),
      outputs,
      attributes: read,
    });
  }

  #inputs(node: NodeProto, scope: ValueScope): readonly string[] {
    return node.inputs.map((name) => {
      if (name === '') return '';
      const called = scope.resolve(name);
      if (called === undefined)
        throw this.#reading.failure.invalid(
          node.at,
          `nothing produces ${name}, an input of node ${node.name || node.opType}`,
        );
      return called;
    });
  }

  async #inline(
    node: NodeProto,
    called: FunctionProto,
    attributes: ReadonlyMap<string, AttributeProto>,
    scope: ValueScope,
    call: Call,
    into: Gathered,
  ): Promise<void> {
    const { failure, fresh } = this.#reading;
    const actual = this.#inputs(node, scope);
    const inner = new ValueScope();
    for (const [index, name] of called.inputs.entries()) inner.set(name, actual[index] ?? '');
    const prefix = `${call.prefix}${node.name || called.name}/`;
    for (const [index, name] of called.outputs.entries()) {
      const output = scope.resolve(node.outputs[index] ?? '') ?? fresh(prefix + name);
      const passed = inner.resolve(name);
      if (passed === undefined) inner.set(name, output);
      else
        into.nodes.push({
          op: 'Identity',
          name: '',
          inputs: [passed],
          outputs: [output],
          attributes: {},
        });
    }
    const produced = new Set(called.nodes.flatMap(({ outputs }) => outputs));
    for (const name of called.outputs)
      if (!produced.has(name) && !called.inputs.includes(name))
        throw failure.invalid(called.at, `nothing produces the output ${name} of ${called.name}`);
    const defaults = called.defaults.map((one) => [one.name, one] as const);
    const innerCall: Call = { prefix, attributes: new Map([...defaults, ...attributes]) };
    await this.#nodes(called.nodes, inner, innerCall, into, new Set(called.outputs));
  }
}

/** A node's attributes, those that refer to the enclosing function's replaced by what the call gives. */
function boundAttributes(node: NodeProto, call: Call): ReadonlyMap<string, AttributeProto> {
  const bound = new Map<string, AttributeProto>();
  for (const attribute of node.attributes) {
    const { name, reference } = attribute;
    const value = reference === '' ? attribute : call.attributes?.get(reference);
    if (value !== undefined) bound.set(name, value);
  }
  return bound;
}

/** In turn, so that one tensor at a time is read. */
async function each<T, R>(items: Iterable<T>, read: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (const item of items) results.push(await read(item));
  return results;
}
