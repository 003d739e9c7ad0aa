import type { Architecture, Layer, LayerEdge } from '../../core/architecture.ts';
import type {
  LayerMatch,
  ModelDiff,
  TensorDifference,
  TensorPair,
  Tile,
  TileOrder,
} from '../../core/diffViews.ts';
import type { LineageApi } from '../../rpc/api.ts';
import { nodeId } from '../modelNode.fixture.ts';
import type { Compared } from './alignRows.ts';

/*
 * Made-up comparisons of two chains of layers, for tests of the view.
 */

function chain(names: readonly string[]): Architecture {
  const layers = names.map((name, index): Layer => ({
    name,
    kind: 'Conv',
    attributes: { inC: 4, outC: 4, kernel: [3, 3] },
    parameters: [{ slot: 'weight', tensor: index, transposed: false }],
  }));
  const edges = names.map((_, index): LayerEdge => {
    return { from: index === 0 ? 'IN' : index - 1, to: index, via: [] };
  });
  return {
    layers,
    edges: [...edges, { from: names.length - 1, to: 'OUT', via: [] }],
    assumedEdges: false,
    inputs: [],
    outputs: [],
    opsets: {},
    operators: {},
    parameterCount: 144 * names.length,
    unusedTensors: [],
    metadata: {},
  };
}

/** @param states - by name of the layer, in order; one tensor of [4, 4, 3, 3] each. */
export function compared(
  states: readonly (readonly [name: string, is: LayerMatch['is']])[],
): Compared {
  const inA = states.filter(([, is]) => is !== 'added').map(([name]) => name);
  const inB = states.filter(([, is]) => is !== 'removed').map(([name]) => name);
  const place = (names: readonly string[], name: string) => {
    const index = names.indexOf(name);
    return index < 0 ? undefined : index;
  };
  const layers = states.map(([name, is], index): LayerMatch => {
    const [a, b] = [place(inA, name), place(inB, name)];
    return {
      ...(a === undefined ? {} : { a }),
      ...(b === undefined ? {} : { b }),
      is,
      label: `${name} (Conv 4→4, 3×3)`,
      kind: 'Conv',
      notes: [],
      tensors: [index],
    };
  });
  const tensors = layers.map(({ a, b, is }, layer): TensorPair => {
    const name = `${states[layer]?.[0] ?? ''}.weight`;
    return {
      ...(a === undefined ? {} : { a: { index: a, name }, shapeA: [4, 4, 3, 3] }),
      ...(b === undefined ? {} : { b: { index: b, name }, shapeB: [4, 4, 3, 3] }),
      dtype: 'f32',
      is: is === 'moved' ? 'equal' : is,
      transposed: false,
      by: 'layer',
      layer,
    };
  });
  const diff: ModelDiff = {
    a: nodeId(0),
    b: nodeId(1),
    layers,
    edges: [],
    tensors,
    paper: { structural: 0, contextual: 1.2 },
    bounded: { structural: 0, contextual: 0.5 },
    assumed: [],
    summary: 'a summary',
  };
  return { diff, a: chain(inA), b: chain(inB) };
}

/** Changed by the given share of its norm. */
export function difference(pair: number, relative: number): TensorDifference {
  return {
    pair,
    elements: 144,
    differing: 144,
    normA: 10,
    normB: 10,
    norm: 10 * relative,
    relative,
    cosine: 1 - relative / 2,
    largest: relative,
    largestAt: 5,
    meanChange: 0,
    signFlips: 3,
    notFinite: 0,
    looksLike: 'everywhere',
  };
}

/** Cells count up from the first in sight: row · total columns + column. */
export function tile({ row, column, rows, columns, height, width }: TileOrder): Tile {
  const [h, w] = [Math.min(rows, height), Math.min(columns, width)];
  const values = Float32Array.from({ length: h * w }, (_, at) => {
    return (row + Math.floor(at / w)) * 12 + column + (at % w);
  });
  return { totalRows: 12, totalColumns: 12, height: h, width: w, values, min: 0, max: 143 };
}

/** Answers about one comparison, whichever models are asked for. Tensor `i` changed by (i + 1) %. */
export function fakeDiff({ diff, a, b }: Compared): Partial<LineageApi> {
  const change = (pair: number) => difference(pair, (pair + 1) / 100);
  return {
    diff: (from, to) => Promise.resolve({ ...diff, a: from, b: to }),
    architecture: (id) =>
      Promise.resolve({ architecture: id === diff.a ? a : b, tensorNames: [], tensorShapes: [] }),
    tensorDifferences: (_a, _b, pairs, _signal, _onProgress, onRow) => {
      const rows = (pairs ?? []).map(change);
      for (const row of rows) onRow(row);
      return Promise.resolve(rows);
    },
    tensorDifference: (_a, _b, pair) =>
      Promise.resolve({
        ...change(pair),
        histogram: [1, 2, 40, 2, 1],
        range: 0.5,
        singularValues: [3, 1, 0.1],
        rank: { value: 2, of: 4, exact: true },
        largestChanges: [{ at: [0, 1, 2, 0], a: 0.25, b: -0.25 }],
      }),
    tensorTile: (_a, _b, _pair, order) => Promise.resolve(tile(order)),
  };
}
