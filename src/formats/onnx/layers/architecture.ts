import type { Architecture, Layer, Signature } from '../../../core/architecture.ts';
import { elementCount } from '../../../core/dtype.ts';
import type { TensorRole } from '../../../core/snapshot.ts';
import { dataTypes } from '../dataTypes.ts';
import type { GraphProto, NodeProto, ValueProto } from '../proto/model.ts';
import type { ReadModel } from '../readModel.ts';
import type { TensorCollection } from '../tensors/collectTensors.ts';
import { isWeightType } from '../tensors/locateTensor.ts';
import type { Failure } from '../wire/failure.ts';
import type { Origins } from './constantOrigins.ts';
import { constantOrigins } from './constantOrigins.ts';
import { dataflow } from './dataflow.ts';
import type { DraftLayer } from './draft.ts';
import { findLayers } from './findLayers.ts';
import { flatten } from './flatten.ts';
import { domainOf } from './inlinedSize.ts';
import type { FlatGraph } from './flatGraph.ts';
import { layerNames } from './layerNames.ts';
import { describeModel } from './describeModel.ts';

/** The layer graph and what each tensor is for. */
export interface ExtractedArchitecture {
  readonly architecture: Architecture;
  /** By tensor. */
  readonly roles: readonly TensorRole[];
}

/**
 * The layer graph of an ONNX model. Source: reference §2.2.
 *
 * Layers that no output depends on are left out; `metadata.unreachableLayers` names them.
 *
 * @throws LineageError `format-invalid`, `format-unsupported`.
 */
export function extractArchitecture(
  read: ReadModel,
  collection: TensorCollection,
  failure: Failure,
): ExtractedArchitecture {
  const { model, graph } = read;
  const flat = flatten(read, collection, failure);
  const origins = constantOrigins(flat, collection.tensors);
  const found = findLayers(flat.graph, { origins, collection });
  const { edges, live } = dataflow(flat.graph, found, origins, failure);

  const names = layerNames(
    found.layers,
    collection.tensors.map(({ name }) => name),
  );
  const places = livePlaces(live);
  const layers = found.layers.flatMap((draft, index) =>
    live[index] === true ? [layerOf(draft, names[index] ?? '')] : [],
  );
  const used = usedTensors(flat.graph, origins, collection);
  for (const [index, { parameters }] of found.layers.entries())
    if (live[index] !== true) for (const { tensor } of parameters) used.delete(tensor);
  for (const { parameters } of layers) for (const { tensor } of parameters) used.add(tensor);
  const roles = rolesOf(found.layers, used, collection, read);
  const unreachable = names.filter((_, index) => live[index] !== true);
  const dead = unreachable.slice(0, 20).join(', ').slice(0, 200);
  const weights = collection.tensors.filter((_, index) => roles[index] === 'weight');
  const architecture: Architecture = {
    layers,
    edges: edges.map(({ from, to, via }) => ({
      from: from === 'IN' ? from : (places[from] as number),
      to: to === 'OUT' ? to : (places[to] as number),
      via,
    })),
    assumedEdges: false,
    inputs: inputsOf(graph).map(signatureOf),
    outputs: graph.outputs.map(signatureOf),
    opsets: Object.fromEntries(model.opsets.map((each) => [domainOf(each.domain), each.version])),
    operators: countOperators(read),
    parameterCount: weights.reduce((sum, { shape }) => sum + elementCount(shape), 0),
    unusedTensors: collection.tensors.flatMap((_, index) => (used.has(index) ? [] : [index])),
    metadata: { ...describeModel(read), ...(dead === '' ? {} : { unreachableLayers: dead }) },
  };
  return { architecture, roles };
}

function layerOf({ kind, attributes, parameters }: DraftLayer, name: string): Layer {
  return {
    name,
    kind,
    attributes,
    parameters: parameters.map(({ slot, tensor, transposed }) => ({ slot, tensor, transposed })),
  };
}

/** The place of each layer once those that reach no output are dropped. */
function livePlaces(live: readonly boolean[]): readonly number[] {
  let place = 0;
  return live.map((alive) => (alive ? place++ : -1));
}

/** Tensors that some operator, or an output, reads; through constant chains and in subgraphs too. */
function usedTensors(
  graph: FlatGraph,
  origins: Origins,
  collection: TensorCollection,
  used = new Set<number>(),
): Set<number> {
  const use = (value: number): void => {
    const origin = origins.get(value);
    if (origin === undefined) return;
    for (const tensor of [origin.tensor, ...origin.quantiser]) used.add(tensor);
  };
  for (const op of graph.ops) {
    op.inputs.forEach(use);
    for (const { tensors, floats, ints } of op.attributes.values())
      for (const message of [...tensors, floats, ints]) {
        const tensor = message && collection.indexOf.get(message);
        if (tensor !== undefined) used.add(tensor);
      }
    for (const body of op.bodies) usedTensors(body.graph, origins, collection, used);
  }
  graph.outputs.forEach(use);
  return used;
}

function rolesOf(
  layers: readonly DraftLayer[],
  used: ReadonlySet<number>,
  { tensors, indexOf }: TensorCollection,
  { model }: ReadModel,
): readonly TensorRole[] {
  const learned = new Set(
    layers.flatMap(({ parameters }) =>
      parameters.flatMap((each) => (each.learned ? [each.tensor] : [])),
    ),
  );
  const training = new Set(
    model.training.flatMap(({ initialization, algorithm }) =>
      [...initialization, ...algorithm].flatMap(({ initializers }) =>
        initializers.map((tensor) => indexOf.get(tensor)),
      ),
    ),
  );
  return tensors.map(({ dtype, shape }, index) => {
    if (learned.has(index)) return 'weight';
    if (training.has(index)) return 'other';
    // A weight that a cut-off model no longer uses is still a weight.
    const spare = !used.has(index) && isWeightType(dtype) && elementCount(shape) >= 2;
    return spare ? 'weight' : 'constant';
  });
}

function inputsOf({ inputs, initializers }: GraphProto): readonly ValueProto[] {
  const constant = new Set(initializers.map(({ name }) => name));
  return inputs.filter(({ name }) => !constant.has(name));
}

function signatureOf({ name, types }: ValueProto): Signature {
  const tensor = types[0]?.tensors[0];
  const extents = tensor?.shapes[0]?.extents ?? [];
  return {
    name,
    dtype: dataTypes[tensor?.elementType ?? 0] ?? 'unknown',
    shape: extents.map((extent) => extent.value ?? (extent.name || '?')),
  };
}

/** Operators by type, those of other domains with the domain before; functions counted once. */
function countOperators({ model, graph }: ReadModel): Readonly<Record<string, number>> {
  const counts = new Map<string, number>();
  const count = (nodes: readonly NodeProto[]): void => {
    for (const node of nodes) {
      const domain = domainOf(node.domain);
      const type = domain === '' ? node.opType : `${domain}.${node.opType}`;
      counts.set(type, (counts.get(type) ?? 0) + 1);
      for (const { graphs } of node.attributes) for (const inner of graphs) count(inner.nodes);
    }
  };
  count(graph.nodes);
  for (const each of model.functions) count(each.nodes);
  return Object.fromEntries([...counts].sort(([a], [b]) => (a < b ? -1 : 1)));
}
