import type { AttributeProto, FunctionProto, GraphProto, NodeProto } from '../proto/model.ts';
import type { ReadModel } from '../readModel.ts';
import type { TensorCollection } from '../tensors/collectTensors.ts';
import type { Failure } from '../wire/failure.ts';
import { executionOrder } from './executionOrder.ts';
import { checkInlinedSize, domainOf, functionKey } from './inlinedSize.ts';
import type { FlatGraph, FlatModel, FlatOp } from './flatGraph.ts';
import { absent } from './flatGraph.ts';

/** Names that nodes see: their graph's, then the enclosing graphs'. A function sees only its own. */
interface Scope {
  readonly values: Map<string, number>;
  readonly outer: Scope | undefined;
  /** Values found in an enclosing scope. */
  readonly captured: Set<number>;
}

/** Where nodes are inlined: the calls around them, and the values of the innermost one's attributes. */
interface Call {
  readonly prefix: string;
  readonly functions: readonly FunctionProto[];
  readonly attributes: ReadonlyMap<string, AttributeProto> | undefined;
}

interface Flattening {
  readonly failure: Failure;
  readonly collection: TensorCollection;
  readonly functions: ReadonlyMap<string, FunctionProto>;
  readonly constants: Map<number, number>;
  values: number;
}

/**
 * A model's main graph with names resolved and local functions inlined.
 *
 * An input that also has an initializer (old files) is a constant. Depth of recursion is that of the
 * nested graphs and calls, which is limited; chains of nodes are loops.
 *
 * @throws LineageError `format-invalid`: a value that nobody produces or two nodes do, a cycle, a
 *   function that calls itself. `format-unsupported`: too much to inline.
 */
export function flatten(
  { model, graph }: ReadModel,
  collection: TensorCollection,
  failure: Failure,
): FlatModel {
  const functions = new Map(
    model.functions.map((each) => [functionKey(each.domain, each.name, each.overload), each]),
  );
  const flattening: Flattening = {
    failure,
    collection,
    functions,
    constants: new Map(),
    values: 0,
  };
  checkInlinedSize(graph.nodes, functions, failure);
  const call: Call = { prefix: '', functions: [], attributes: undefined };
  const flat = flattenGraph(flattening, graph, undefined, call).graph;
  return { graph: flat, constants: flattening.constants };
}

function flattenGraph(
  flattening: Flattening,
  graph: GraphProto,
  outer: Scope | undefined,
  call: Call,
): { readonly graph: FlatGraph; readonly captured: ReadonlySet<number> } {
  const { failure, collection, constants } = flattening;
  const scope: Scope = { values: new Map(), outer, captured: new Set() };
  const initializers = [
    ...graph.initializers,
    ...graph.sparseInitializers.flatMap(({ values }) => values.slice(0, 1)),
  ];
  for (const tensor of initializers) {
    const value = flattening.values++;
    scope.values.set(tensor.name, value);
    constants.set(value, collection.indexOf.get(tensor) ?? absent);
  }
  const inputs: number[] = [];
  for (const { name } of graph.inputs) {
    if (scope.values.has(name)) continue;
    inputs.push(flattening.values);
    scope.values.set(name, flattening.values++);
  }
  const ops: FlatOp[] = [];
  flattenNodes(flattening, graph.nodes, scope, call, ops);
  const outputs = graph.outputs.map(({ name }) => {
    const value = resolve(scope, name);
    if (value === undefined)
      throw failure.invalid(graph.at, `nothing produces the output ${name} of graph ${graph.name}`);
    return value;
  });
  const ordered = executionOrder(ops, failure);
  return { graph: { inputs, outputs, ops: ordered }, captured: scope.captured };
}

function flattenNodes(
  flattening: Flattening,
  nodes: readonly NodeProto[],
  scope: Scope,
  call: Call,
  into: FlatOp[],
  given?: Map<string, number>,
): void {
  const { functions } = flattening;
  declareOutputs(flattening, nodes, scope, given);
  for (const node of nodes) {
    const attributes = boundAttributes(node, call);
    const called = functions.get(functionKey(node.domain, node.opType, node.overload));
    if (node.opType === 'Constant' && domainOf(node.domain) === '')
      addConstant(flattening, node, attributes, scope);
    else if (called !== undefined) inline(flattening, node, called, attributes, scope, call, into);
    else into.push(flattenNode(flattening, node, attributes, scope, call));
  }
}

function declareOutputs(
  flattening: Flattening,
  nodes: readonly NodeProto[],
  { values }: Scope,
  given?: ReadonlyMap<string, number>,
): void {
  for (const node of nodes)
    for (const name of node.outputs) {
      if (name === '') continue;
      if (values.has(name))
        throw flattening.failure.invalid(node.at, `${name} is produced more than once`);
      values.set(name, given?.get(name) ?? flattening.values++);
    }
}

function flattenNode(
  flattening: Flattening,
  node: NodeProto,
  attributes: ReadonlyMap<string, AttributeProto>,
  scope: Scope,
  call: Call,
): FlatOp {
  const captured = new Set<number>();
  const bodies = [...attributes.values()].flatMap(({ name, graphs }) =>
    graphs.map((graph, index) => {
      const body = flattenGraph(flattening, graph, scope, call);
      for (const value of body.captured) captured.add(value);
      return { name: graphs.length > 1 ? `${name}/${index}` : name, graph: body.graph };
    }),
  );
  return {
    at: node.at,
    name: node.name === '' ? '' : call.prefix + node.name,
    type: node.opType,
    domain: domainOf(node.domain),
    inputs: inputsOf(flattening, node, scope),
    outputs: node.outputs.map((name) => scope.values.get(name) ?? absent),
    attributes,
    bodies,
    captured: [...captured],
  };
}

function inputsOf({ failure }: Flattening, node: NodeProto, scope: Scope): number[] {
  return node.inputs.map((name) => {
    if (name === '') return absent;
    const value = resolve(scope, name);
    if (value === undefined)
      throw failure.invalid(
        node.at,
        `nothing produces ${name}, an input of node ${node.name || node.opType}`,
      );
    return value;
  });
}

function resolve(scope: Scope, name: string): number | undefined {
  const value = scope.values.get(name);
  if (value !== undefined || scope.outer === undefined) return value;
  const found = resolve(scope.outer, name);
  if (found !== undefined && found !== absent) scope.captured.add(found);
  return found;
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

function addConstant(
  { constants, collection }: Flattening,
  node: NodeProto,
  attributes: ReadonlyMap<string, AttributeProto>,
  scope: Scope,
): void {
  const value = scope.values.get(node.outputs[0] ?? '');
  if (value === undefined) return;
  const [attribute] = attributes.values();
  const { tensors, sparseTensors, floats, ints } = attribute ?? {};
  const message = tensors?.[0] ?? sparseTensors?.[0]?.values[0] ?? floats ?? ints;
  constants.set(value, (message && collection.indexOf.get(message)) ?? absent);
}

function inline(
  flattening: Flattening,
  node: NodeProto,
  called: FunctionProto,
  attributes: ReadonlyMap<string, AttributeProto>,
  scope: Scope,
  call: Call,
  into: FlatOp[],
): void {
  const { failure } = flattening;
  const actual = inputsOf(flattening, node, scope);
  const values = new Map(called.inputs.map((name, index) => [name, actual[index] ?? absent]));
  const given = new Map<string, number>();
  for (const [index, name] of called.outputs.entries()) {
    const value = scope.values.get(node.outputs[index] ?? '') ?? flattening.values++;
    const passed = values.get(name);
    if (passed === undefined) given.set(name, value);
    else into.push(identity(node, passed, value));
  }
  const inner: Scope = { values, outer: undefined, captured: new Set() };
  const defaults = called.defaults.map((each) => [each.name, each] as const);
  const label = node.name === '' ? called.name : node.name;
  const innerCall: Call = {
    prefix: `${call.prefix}${label}/`,
    functions: [...call.functions, called],
    attributes: new Map([...defaults, ...attributes]),
  };
  flattenNodes(flattening, called.nodes, inner, innerCall, into, given);
  for (const name of given.keys())
    if (!values.has(name))
      throw failure.invalid(called.at, `nothing produces the output ${name} of ${called.name}`);
}

function identity({ at }: NodeProto, from: number, to: number): FlatOp {
  const rest = { attributes: new Map<string, never>(), bodies: [], captured: [] };
  return { at, name: '', type: 'Identity', domain: '', inputs: [from], outputs: [to], ...rest };
}
