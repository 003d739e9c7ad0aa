import type { Architecture, Layer, LayerEdge } from '../core/architecture.ts';
import type { NodeId, TensorId } from '../core/ids.ts';
import type { Edge, GraphData, ModelNode } from '../core/lineage/graph.ts';
import { LineageError } from '../core/lineageError.ts';
import type * as views from '../core/views.ts';
import type { LayoutApi, LineageApi } from '../rpc/api.ts';
import { fakeBranches } from './branches/branches.fixture.ts';
import { fakeCreation } from './creation.fixture.ts';
import { fakeCascade } from './mgitCascade.fixture.ts';
import { unfakedCalls } from './unfaked.fixture.ts';
import { fakeTests } from './modelTests/fakeTests.fixture.ts';
import { modelNode, nodeId } from './modelNode.fixture.ts';
import { fakeSearch } from './search.fixture.ts';

/*
 * A lineage in memory that answers as the worker does, for tests of the interface and for looking
 * at it: the graph's operations are real, the models' content is made up.
 */

/** Twelve models: a base, its children by provenance, versions of one, two strangers. */
export function sampleGraph(): GraphData {
  const names = [
    'resnet20-base', 'resnet20-device-a', 'resnet20-device-b', 'resnet20-device-a-v2', 'resnet20-pruned',
    'resnet20-int8', 'resnet20-distilled', 'yunet-2022', 'yunet-2023', 'silero-vad-v4', 'silero-vad-v5', 'gtcrn',
  ]; // prettier-ignore
  const nodes = names.map((name, index) =>
    modelNode(index, name, index < 3 ? { tags: ['cifar10', 'edge'], modelType: 'classifier' } : {}),
  );
  const inferred = (from: number, to: number, confidence: number, direction: number): Edge => ({
    kind: 'provenance',
    from: nodeId(from),
    to: nodeId(to),
    grade: 'inferred',
    evidence: {
      rule: 'weights',
      relation: 'finetuned',
      confidence,
      direction: {
        confidence: direction,
        because: 'The drift of the norms is larger in the child.',
      },
      facts: [
        { label: 'bytes in equal tensors', value: '91 % of 1.2 MB' },
        { label: 'cosine of what differs', value: '0.998' },
      ],
      runnerUp: { node: nodeId(1), confidence: 0.41 },
    },
  });
  return {
    nodes,
    edges: [
      inferred(0, 1, 0.97, 0.91),
      inferred(0, 2, 0.95, 0.52),
      { kind: 'version', from: nodeId(1), to: nodeId(3), grade: 'declared' },
      { kind: 'provenance', from: nodeId(0), to: nodeId(4), grade: 'declared', role: 'base' },
      inferred(4, 5, 0.88, 0.99),
      { kind: 'provenance', from: nodeId(0), to: nodeId(6), grade: 're-derived', role: 'teacher' },
      { kind: 'version', from: nodeId(7), to: nodeId(8), grade: 'declared' },
      { kind: 'version', from: nodeId(9), to: nodeId(10), grade: 'declared' },
    ],
    rejections: [],
    datasets: [],
    tests: [],
    branches: [],
  };
}

function sampleArchitecture(): Architecture {
  const layers: Layer[] = [];
  const edges: LayerEdge[] = [];
  const add = (name: string, kind: string, from: number, to: number, kernel: number) => {
    const at = layers.length;
    layers.push({
      name,
      kind,
      attributes: { inC: from, outC: to, kernel: [3, 3].slice(0, kernel), strides: [1, 1] },
      parameters: [
        { slot: 'weight', tensor: at, transposed: false },
        { slot: 'bias', tensor: at + 1, transposed: false },
      ],
    });
    edges.push({ from: at === 0 ? 'IN' : at - 1, to: at, via: ['Relu'] });
  };
  add('conv1', 'Conv', 3, 16, 2);
  for (let stage = 1; stage <= 3; stage += 1)
    for (let block = 0; block < 9; block += 1) {
      add(`layer${stage}.${block}.conv1`, 'Conv', 16 * stage, 16 * stage, 2);
      add(`layer${stage}.${block}.conv2`, 'Conv', 16 * stage, 16 * stage, 2);
      edges.push({ from: layers.length - 3, to: layers.length - 1, via: ['Add', 'Relu'] });
    }
  add('linear', 'Linear', 64, 10, 0);
  edges.push({ from: layers.length - 1, to: 'OUT', via: [] });
  return {
    layers,
    edges,
    assumedEdges: false,
    inputs: [{ name: 'input', dtype: 'f32', shape: ['batch', 3, 32, 32] }],
    outputs: [{ name: 'logits', dtype: 'f32', shape: ['batch', 10] }],
    opsets: { '': 13 },
    operators: { Conv: 55, Relu: 54, Add: 27 },
    parameterCount: 272_474,
    unusedTensors: [],
    metadata: { producer: 'pytorch 2.1', epoch: '120' },
  };
}

function sampleTensors(): views.TensorRow[] {
  const hows = ['delta', 'whole', 'shared', 'shared delta', 'inline'] as const;
  return Array.from({ length: 400 }, (_, index) => {
    const how = hows[index % hows.length] ?? 'whole';
    const shape = index % 2 === 0 ? [16 + index, 16, 3, 3] : [16 + index];
    const sizeBytes = 4 * shape.reduce((product, extent) => product * extent, 1);
    return {
      index,
      name: `layer${Math.floor(index / 12)}.${index % 12}.conv.${index % 2 === 0 ? 'weight' : 'bias'}`,
      dtype: index % 7 === 0 ? 'i64' : 'f32',
      shape,
      role: index % 7 === 0 ? 'constant' : 'weight',
      sizeBytes,
      id: `${index}` as TensorId,
      storage: {
        rawBytes: sizeBytes,
        storedBytes: Math.ceil(sizeBytes / (how === 'delta' ? 1.9 : 1)),
        how,
        codecs: how === 'delta' ? ['delta'] : ['raw'],
        depth: how === 'delta' ? 1 : 0,
        sharedWith: how === 'shared' ? [nodeId(1), nodeId(2)] : [],
        bases: how === 'delta' ? [{ node: nodeId(0), tensor: 'conv1.weight' }] : [],
        readBytes: sizeBytes,
      },
    } satisfies views.TensorRow;
  });
}

const statistics: views.TensorStatistics = {
  elements: 36_864,
  min: -0.4182,
  max: 0.5127,
  mean: 0.00183,
  standardDeviation: 0.0843,
  norm: 16.19,
  zeros: 12,
  nan: 0,
  infinite: 0,
  histogram: Array.from({ length: 64 }, (_, bin) =>
    Math.round(2400 * Math.exp(-(((bin - 29) / 9) ** 2))),
  ),
};

const report: views.StorageReport = {
  rawBytes: 412_000_000,
  dedupBytes: 238_000_000,
  storedBytes: 131_400_000,
  usage: 139_000_000,
  quota: 48_300_000_000,
  persisted: false,
  chunks: 1893,
  models: 12,
  datasets: 0,
};

type GraphPart = Pick<
  LineageApi,
  | 'graph' | 'subscribe' | 'rename' | 'annotate' | 'tag' | 'setModelType' | 'connect' | 'disconnect'
  | 'confirm' | 'reverse' | 'reject' | 'removePreview' | 'remove' | 'undo' | 'redo' | 'history' | 'reset'
>; // prettier-ignore

function graphPart(first: GraphData): GraphPart {
  let graph = first;
  const done: { before: GraphData; entry: views.HistoryEntry }[] = [];
  const undone: { before: GraphData; entry: views.HistoryEntry }[] = [];
  const listeners: ((what: views.Changed) => void)[] = [];
  const commit = (kind: string, title: string, nodes: readonly NodeId[], next: GraphData) => {
    const entry = {
      id: `${done.length}`,
      at: Date.UTC(2026, 10, 21, 13),
      kind,
      title,
      nodes,
      undone: false,
    };
    done.push({ before: graph, entry });
    graph = next;
    return Promise.resolve();
  };
  const node = (id: NodeId) => {
    const found = graph.nodes.find((other) => other.id === id);
    if (!found) throw new LineageError('node-missing', { node: id });
    return found;
  };
  const edit = (kind: string, ids: readonly NodeId[], change: (before: ModelNode) => ModelNode) =>
    commit(kind, `${kind} ${ids.map((id) => node(id).name).join(', ')}`, ids, {
      ...graph,
      nodes: graph.nodes.map((other) => (ids.includes(other.id) ? change(other) : other)),
    });
  const same = (edge: views.EdgeOrder, order: views.EdgeOrder) =>
    edge.kind === order.kind && edge.from === order.from && edge.to === order.to;
  const editEdge = (kind: string, order: views.EdgeOrder, change: (edge: Edge) => Edge[]) =>
    commit(
      kind,
      `${kind} ${node(order.from).name} → ${node(order.to).name}`,
      [order.from, order.to],
      {
        ...graph,
        edges: graph.edges.flatMap((edge) => (same(edge, order) ? change(edge) : [edge])),
      },
    );
  const below = (id: NodeId): NodeId[] =>
    graph.edges.filter((edge) => edge.from === id).flatMap((edge) => [edge.to, ...below(edge.to)]);
  return {
    graph: () => Promise.resolve(graph),
    subscribe: (listener) => Promise.resolve(void listeners.push(listener)),
    rename: async (id, name) => {
      if (graph.nodes.some((other) => other.name === name))
        throw new LineageError('name-taken', { name });
      await edit('rename', [id], (before) => ({ ...before, name }));
    },
    annotate: (id, notes) => edit('annotate', [id], (before) => ({ ...before, notes })),
    tag: (ids, add, remove) =>
      edit('tag', ids, (before) => ({
        ...before,
        tags: [...new Set([...before.tags, ...add])].filter((tag) => !remove.includes(tag)),
      })),
    setModelType: (ids, modelType) =>
      edit('set-type', ids, (before) => {
        const next: { modelType?: string } & ModelNode = { ...before };
        if (modelType === undefined) delete next.modelType;
        return modelType === undefined ? next : { ...next, modelType };
      }),
    connect: async (order) => {
      if (below(order.to).includes(order.from))
        throw new LineageError('lineage-cycle', {
          kind: order.kind,
          path: [order.to, order.from],
        });
      await commit('connect', 'connect', [order.from, order.to], {
        ...graph,
        edges: [...graph.edges, { grade: 'declared', ...order }],
      });
    },
    disconnect: (order) => editEdge('disconnect', order, () => []),
    confirm: (order) => editEdge('confirm', order, (edge) => [{ ...edge, grade: 'declared' }]),
    reverse: (order) =>
      editEdge('reverse', order, (edge) => [
        { ...edge, from: edge.to, to: edge.from, grade: 'declared' },
      ]),
    reject: (order) => editEdge('reject', order, () => []),
    removePreview: (ids) =>
      Promise.resolve({
        nodes: ids,
        orphans: graph.edges
          .filter((edge) => ids.includes(edge.from) && !ids.includes(edge.to))
          .map((edge) => ({ node: edge.to, kinds: [edge.kind] })),
        reattached: [],
        branches: [],
        freedBytes: 1_204_000 * ids.length,
      }),
    remove: (ids) =>
      commit('remove', `Removed ${ids.map((id) => node(id).name).join(', ')}`, ids, {
        ...graph,
        nodes: graph.nodes.filter((other) => !ids.includes(other.id)),
        edges: graph.edges.filter((edge) => !ids.includes(edge.from) && !ids.includes(edge.to)),
      }),
    undo: async () => {
      const last = done.pop();
      if (!last) throw new LineageError('nothing-to-undo', { direction: 'undo' });
      undone.push({ before: graph, entry: last.entry });
      graph = last.before;
      return Promise.resolve(last.entry);
    },
    redo: async () => {
      const last = undone.pop();
      if (!last) throw new LineageError('nothing-to-undo', { direction: 'redo' });
      done.push({ before: graph, entry: last.entry });
      graph = last.before;
      return Promise.resolve(last.entry);
    },
    history: (id) =>
      Promise.resolve(
        [
          ...done.map(({ entry }) => entry),
          ...undone.map(({ entry }) => ({ ...entry, undone: true })),
        ]
          .filter(({ nodes }) => id === undefined || nodes.includes(id))
          .reverse(),
      ),
    reset: () => {
      graph = { nodes: [], edges: [], rejections: [], datasets: [], tests: [], branches: [] };
      return Promise.resolve();
    },
  };
}

/** An API over `graph`; `overrides` replace single methods. */
export function fakeLineage(
  graph: GraphData = sampleGraph(),
  overrides: Partial<LineageApi> = {},
): LineageApi {
  const imported: views.ImportReport = {
    models: [],
    ignored: [],
    edges: { provenance: 0, version: 0 },
    rawBytes: 0,
    storedBytes: 0,
  };
  return {
    ...graphPart(graph),
    ...fakeBranches(),
    ...fakeCreation(),
    ...fakeCascade(),
    ...fakeSearch(() => graph),
    ...fakeTests(),
    ...unfakedCalls,
    start: () => Promise.resolve({ is: 'ready', expectedModels: 0 }),
    attachCompute: () => Promise.resolve(),
    importFiles: () => Promise.resolve(imported),
    pendingImports: () => Promise.resolve([]),
    resumeImport: () => Promise.resolve(imported),
    pendingHandles: () => Promise.resolve([]),
    discardImport: () => Promise.resolve(),
    exportFiles: () => Promise.resolve([new File(['x'], 'model.onnx')]),
    exportSafetensors: () => Promise.resolve(new File(['x'], 'model.safetensors')),
    exportZip: () => Promise.resolve(new File(['x'], 'models.zip')),
    infer: () => Promise.resolve({ provenance: 2, version: 1 }),
    tensors: () => Promise.resolve(sampleTensors()),
    tensorStatistics: () => Promise.resolve(statistics),
    architecture: () => {
      const architecture = sampleArchitecture();
      return Promise.resolve({
        architecture,
        tensorNames: architecture.layers.map(({ name }) => `${name}.weight`),
        tensorShapes: architecture.layers.map(() => [16, 16, 3, 3]),
      });
    },
    storage: () => Promise.resolve(report),
    nodeStorage: () =>
      Promise.resolve({
        rawBytes: 1_090_000,
        aloneBytes: 1_120_000,
        uniqueBytes: 310_000,
        reachableBytes: 870_000,
        sharedWith: [
          { node: nodeId(0), bytes: 420_000, tensors: 14 },
          { node: nodeId(1), bytes: 140_000, tensors: 6 },
        ],
      }),
    fsck: () => Promise.resolve({ ok: true, problems: [], checkedChunks: 1893, checkedModels: 12 }),
    collect: () => Promise.resolve({ chunks: 3, bytes: 120_000 }),
    ...overrides,
  };
}

/** A layout in a column, enough for tests. */
export const fakeLayout: LayoutApi = {
  layout: ({ nodes }) =>
    Promise.resolve(
      new Float32Array(
        nodes.flatMap((_, index) => [(index % 5) * 180, Math.floor(index / 5) * 90]),
      ),
    ),
};
