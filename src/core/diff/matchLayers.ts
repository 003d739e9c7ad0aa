import type { Architecture, Layer, LayerEdge } from '../architecture.ts';

/** A layer graph with the two hashes of each layer (reference §3.1), as texts. */
export interface HashedArchitecture {
  readonly names: readonly string[];
  readonly kinds: readonly string[];
  /** Class and structural attributes. */
  readonly structural: readonly string[];
  /** Structural hash and the content of each parameter, in the layer's normal form. */
  readonly contextual: readonly string[];
  readonly edges: readonly LayerEdge[];
  readonly assumedEdges: boolean;
}

/** Which layers of `a` and `b` are the same layer. */
export interface LayerMatching {
  /** Indices into the layers of `a` and `b`, each at most once, ascending by that of `a`. */
  readonly pairs: readonly (readonly [a: number, b: number])[];
  /** For each layer of a side, its partner; undefined without one. */
  readonly ofA: readonly (number | undefined)[];
  readonly ofB: readonly (number | undefined)[];
}

/**
 * Hashes the layers of an architecture.
 *
 * @param tensorIds - content of each tensor of the snapshot: equal ids for equal bytes under an equal
 *   view; undefined for a tensor without content of its own.
 */
export function hashArchitecture(
  architecture: Architecture,
  tensorIds: readonly (string | undefined)[],
): HashedArchitecture {
  const structural = architecture.layers.map(structuralHash);
  return {
    names: architecture.layers.map(({ name }) => name),
    kinds: architecture.layers.map(({ kind }) => kind),
    structural,
    contextual: architecture.layers.map((layer, i) => {
      const contents = layer.parameters.map(
        ({ slot, tensor, transposed }) =>
          `${slot}=${tensorIds[tensor] ?? ''}${transposed ? ' transposed' : ''}`,
      );
      return [structural[i], ...contents.sort()].join('\n');
    }),
    edges: architecture.edges,
    assumedEdges: architecture.assumedEdges,
  };
}

function structuralHash({ kind, attributes }: Layer): string {
  const settled = Object.keys(attributes).sort();
  return [kind, ...settled.map((name) => `${name}=${String(attributes[name])}`)].join(' ');
}

/** Matches the layers of two graphs. Symmetric: exchanging the arguments exchanges the pairs. */
export function matchLayers(a: HashedArchitecture, b: HashedArchitecture): LayerMatching {
  const ofA = new Array<number | undefined>(a.names.length).fill(undefined);
  const ofB = new Array<number | undefined>(b.names.length).fill(undefined);
  for (const key of ['contextual', 'structural', 'kinds'] as const) {
    const waiting = new Map<string, number[]>();
    for (const [y, hash] of b[key].entries()) {
      if (ofB[y] === undefined) waiting.set(hash, [...(waiting.get(hash) ?? []), y]);
    }
    for (const [x, hash] of a[key].entries()) {
      const y = ofA[x] === undefined ? waiting.get(hash)?.shift() : undefined;
      if (y === undefined) continue;
      ofA[x] = y;
      ofB[y] = x;
    }
  }
  return matchingOf(ofA, ofB);
}

function matchingOf(
  ofA: readonly (number | undefined)[],
  ofB: readonly (number | undefined)[],
): LayerMatching {
  const pairs = ofA.flatMap((y, x) => (y === undefined ? [] : [[x, y] as const]));
  return { pairs, ofA, ofB };
}

/** How a side differs from the base, layer by layer, for a merge. */
export interface LayerChanges {
  /** Layers of the base without a partner. */
  readonly removed: readonly number[];
  /** Layers of the side without a partner. */
  readonly added: readonly number[];
  /** Layers of the base with other values in the side, and the same structure. */
  readonly changed: readonly number[];
  /** Layers of the base with other structural attributes in the side. */
  readonly reshaped: readonly number[];
}

/** @param matching - of `base` (as `a`) and `side` (as `b`). */
export function changedLayers(
  base: HashedArchitecture,
  side: HashedArchitecture,
  matching: LayerMatching,
): LayerChanges {
  const changed: number[] = [];
  const reshaped: number[] = [];
  for (const [x, y] of matching.pairs) {
    if (base.structural[x] !== side.structural[y]) reshaped.push(x);
    else if (base.contextual[x] !== side.contextual[y]) changed.push(x);
  }
  const alone = (partners: LayerMatching['ofA']): number[] =>
    partners.flatMap((partner, index) => (partner === undefined ? [index] : []));
  return { removed: alone(matching.ofA), added: alone(matching.ofB), changed, reshaped };
}
