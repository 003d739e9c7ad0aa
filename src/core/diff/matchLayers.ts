import type { Architecture, Layer, LayerEdge, LayerParameter } from '../architecture.ts';
import { alignLayers } from './alignLayers.ts';
import { improveMatching } from './improveMatching.ts';
import { Matching, matchGraphs } from './matchGraph.ts';
import { refineMatching } from './refineMatching.ts';

/** A layer graph with the hashes of each layer (reference §3.1), as texts. */
export interface HashedArchitecture {
  readonly names: readonly string[];
  readonly kinds: readonly string[];
  /** Class and structural attributes. */
  readonly structural: readonly string[];
  /** Structural hash and the content of each parameter, in the layer's normal form. */
  readonly contextual: readonly string[];
  /** Content of the parameters whatever the slots and attributes are called, for other formats. */
  readonly contents: readonly string[];
  /** Class and sizes, as far as every format tells them. */
  readonly sizes: readonly string[];
  /** Class, where formats that know less than others call several the same. */
  readonly families: readonly string[];
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
  const { layers } = architecture;
  const structural = layers.map(structuralHash);
  const families = layers.map(({ kind }) => familyOf(kind));
  const contentOf = ({ tensor, transposed }: LayerParameter): string =>
    `${tensorIds[tensor] ?? ''}${transposed ? ' transposed' : ''}`;
  return {
    names: layers.map(({ name }) => name),
    kinds: layers.map(({ kind }) => kind),
    structural,
    contextual: layers.map(({ parameters }, i) =>
      [structural[i], ...parameters.map((each) => `${each.slot}=${contentOf(each)}`).sort()].join(
        '\n',
      ),
    ),
    contents: layers.map(({ parameters }, i) =>
      [
        families[i],
        ...parameters.flatMap((each) => (isCounter(each) ? [] : contentOf(each))).sort(),
      ].join('\n'),
    ),
    sizes: layers.map(({ attributes }, i) => [families[i], ...sizesOf(attributes)].join(' ')),
    families,
    edges: architecture.edges,
    assumedEdges: architecture.assumedEdges,
  };
}

function structuralHash({ kind, attributes }: Layer): string {
  const settled = Object.keys(attributes).sort();
  return [kind, ...settled.map((name) => `${name}=${String(attributes[name])}`)].join(' ');
}

/** Batches seen by a batch norm: no format but a state dict keeps them. */
function isCounter({ slot }: LayerParameter): boolean {
  return slot === 'num_batches_tracked';
}

/** A state dict shows neither which norm it is nor which way a convolution goes. */
function familyOf(kind: string): string {
  if (kind === 'ConvT') return 'Conv';
  return kind.endsWith('Normalization') && kind !== 'BatchNormalization' ? 'Norm' : kind;
}

const sizeAttributes = ['in', 'out', 'rank', 'inC', 'outC', 'kernel', 'rows', 'dim', 'input', 'hidden', 'channels', 'normalizedShape', 'shape']; // prettier-ignore

function sizesOf(attributes: Layer['attributes']): string[] {
  const { inC, groups } = attributes;
  // A state dict shows the channels that one group of a convolution reads.
  const perGroup = typeof inC === 'number' && typeof groups === 'number' ? inC / groups : inC;
  return sizeAttributes.map((name) => {
    const value = name === 'inC' ? perGroup : attributes[name];
    return value === undefined ? '' : String(value);
  });
}

/**
 * Matches the layers of two graphs: by content first, then by structure, sizes and class, each by the
 * place in the dataflow, and by name where nothing else decides. Two ways of matching, and none, each
 * improved step by step; the one of least cost (`Matching`) is taken.
 *
 * Symmetric: exchanging the arguments exchanges the pairs. Not necessarily order-preserving.
 */
export function matchLayers(a: HashedArchitecture, b: HashedArchitecture): LayerMatching {
  // One order of the two, whichever way they are given, so that every tie falls the same way.
  if (orderKey(b) < orderKey(a)) {
    const { ofA, ofB } = matchInOrder(b, a);
    return matchingOf(ofB, ofA);
  }
  const { ofA, ofB } = matchInOrder(a, b);
  return matchingOf(ofA, ofB);
}

/** The same graph as if all layers of one structure had one content. */
export function withoutContents(hashed: HashedArchitecture): HashedArchitecture {
  return { ...hashed, contextual: hashed.structural, contents: hashed.structural };
}

function orderKey({ names, contextual, contents, edges }: HashedArchitecture): string {
  return JSON.stringify([contextual, contents, names, edges.map(({ from, to }) => [from, to])]);
}

type Partners = LayerMatching['ofA'];

function matchInOrder(
  a: HashedArchitecture,
  b: HashedArchitecture,
): { readonly ofA: Partners; readonly ofB: Partners } {
  const graphs = matchGraphs(a, b);
  const assumed = a.assumedEdges || b.assumedEdges;
  let best: Matching | undefined;
  for (const begin of [refineMatching, alignLayers, () => undefined]) {
    const matching = new Matching(...graphs, assumed);
    begin(matching);
    improveMatching(matching);
    matching.dropStrays();
    if (best === undefined || matching.cost() < best.cost() - 1e-9) best = matching;
  }
  const partners = (of: Int32Array | undefined, count: number): Partners =>
    Array.from({ length: count }, (_, i) => {
      const partner = of?.[i] ?? -1;
      return partner < 0 ? undefined : partner;
    });
  return {
    ofA: partners(best?.ofA, a.names.length),
    ofB: partners(best?.ofB, b.names.length),
  };
}

function matchingOf(ofA: Partners, ofB: Partners): LayerMatching {
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
