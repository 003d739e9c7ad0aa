import type { Architecture, Layer } from '../architecture.ts';
import { layerDivergence, type HashedGraph } from './paperDivergence.ts';
import type { ModelFingerprint } from './types.ts';

/** A model as the paper's rule sees it. */
export interface PaperModel<Key> {
  readonly key: Key;
  readonly graph: HashedGraph;
}

/** An edge the rule adds. */
export interface PaperEdge<Key> {
  readonly from: Key;
  readonly to: Key;
  readonly reason: 'shares weights' | 'shares layers';
}

/**
 * The paper's own automatic construction, as a baseline to measure against: models are inserted one
 * by one, each under the model of least contextual divergence below 1, else of least structural
 * divergence below 1, else as a root.
 *
 * Source: MGit, arXiv 2307.07507, and its published implementation (reference §4.1).
 *
 * @param models - in the order of insertion, on which the result depends.
 */
export function paperConstruction<Key>(
  models: readonly PaperModel<Key>[],
  divergence: (a: PaperModel<Key>, b: PaperModel<Key>) => Divergence = (a, b) =>
    paperDivergence(a.graph, b.graph),
): PaperEdge<Key>[] {
  const edges: PaperEdge<Key>[] = [];
  for (const [index, model] of models.entries()) {
    // Newest first, so that a stable sort leaves ties newest first.
    const before = models
      .slice(0, index)
      .reverse()
      .map((candidate) => ({ candidate, ...divergence(model, candidate) }));
    const byContent = [...before]
      .sort((p, q) => p.contextual - q.contextual)
      .find(({ contextual }) => contextual !== 0);
    if (byContent && byContent.contextual < 1) {
      edges.push({ from: byContent.candidate.key, to: model.key, reason: 'shares weights' });
      continue;
    }
    const [byShape] = [...before].sort((p, q) => p.structural - q.structural);
    if (byShape && byShape.structural < 1) {
      edges.push({ from: byShape.candidate.key, to: model.key, reason: 'shares layers' });
    }
  }
  return edges;
}

/** Divergences of the paper; above 1 where little is shared. */
export interface Divergence {
  readonly contextual: number;
  readonly structural: number;
}

/** Both divergences, each the smaller over the two orders of the arguments. Symmetric. */
export function paperDivergence(a: HashedGraph, b: HashedGraph): Divergence {
  const [ab, ba] = [layerDivergence(a, b), layerDivergence(b, a)];
  return {
    contextual: Math.min(ab.contextual, ba.contextual),
    structural: Math.min(ab.structural, ba.structural),
  };
}

/** Attributes that enter the reference's structural hash; those of convolutions do not. */
const hashedAttributes: Readonly<Record<string, readonly string[]>> = {
  Linear: ['in', 'out'],
  Embedding: ['rows', 'dim'],
  LayerNormalization: ['shape', 'normalizedShape'],
};

/** The layer graph of a model with the reference's two hashes for each layer. */
export function hashedGraph(architecture: Architecture, print: ModelFingerprint): HashedGraph {
  return paperGraph(architecture, (tensor) => print.tensors[tensor]?.id ?? '');
}

/** The same, with the content id of each tensor. */
export function paperGraph(
  architecture: Architecture,
  idOf: (tensor: number) => string,
): HashedGraph {
  const structural = architecture.layers.map(structuralHash);
  const contextual = architecture.layers.map((layer, i) =>
    [structural[i], ...layer.parameters.map(({ slot, tensor }) => `${slot}=${idOf(tensor)}`)].join(
      ' ',
    ),
  );
  const edges: (readonly [number, number])[] = [];
  const starts = new Set<number>();
  for (const { from, to } of architecture.edges) {
    const sink = to === 'OUT' ? architecture.layers.length : to;
    if (from !== 'IN') edges.push([from, sink]);
    else if (to !== 'OUT') starts.add(sink);
  }
  return { structural, contextual, edges, starts };
}

function structuralHash(layer: Layer): string {
  const names = hashedAttributes[layer.kind] ?? [];
  return [layer.kind, ...names.map((name) => String(layer.attributes[name]))].join(' ');
}
