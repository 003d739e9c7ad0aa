import fc from 'fast-check';
import type { LayerEdge } from '../architecture.ts';
import { Matching, matchGraphs } from './matchGraph.ts';
import type { HashedArchitecture } from './matchLayers.ts';

/**
 * A graph of layers given as "Class content": the structure is the class. Without `edges`, a chain.
 */
export function graph(given: {
  readonly layers: readonly string[];
  readonly names?: readonly string[];
  readonly edges?: readonly (readonly [number | 'IN', number | 'OUT'])[];
}): HashedArchitecture {
  const { layers } = given;
  const structural = layers.map((layer) => layer.split(' ')[0] ?? '');
  const chain = Array.from(
    { length: layers.length + 1 },
    (_, i) =>
      [i === 0 ? ('IN' as const) : i - 1, i === layers.length ? ('OUT' as const) : i] as const,
  );
  return {
    names: given.names ?? layers.map((_, i) => `layer${i}`),
    kinds: structural,
    structural,
    contextual: layers,
    contents: layers,
    sizes: structural,
    families: structural.map((name) => name.slice(0, 1)),
    edges: (given.edges ?? chain).map(([from, to]): LayerEdge => ({ from, to, via: [] })),
    assumedEdges: false,
  };
}

/** A chain of equal layers, all of other content. */
export function stack(count: number, content: string): HashedArchitecture {
  return graph({ layers: Array.from({ length: count }, (_, i) => `Linear ${content}${i}`) });
}

/** Two random graphs, the second mostly an edited copy of the first. */
export function randomPair(
  most: number,
): fc.Arbitrary<readonly [HashedArchitecture, HashedArchitecture]> {
  const layer = fc.constantFrom('X', 'Y', 'Xx', 'Z').chain((kind) =>
    fc.integer({ min: 0, max: 3 }).map((content) => `${kind} ${content}`),
  ); // prettier-ignore
  const one = fc
    .array(layer, { minLength: 0, maxLength: most })
    .chain((layers) => edgesOf(layers.length).map((edges) => graph({ layers, edges })));
  const edited = one.chain((a) =>
    fc
      .tuple(fc.array(layer, { maxLength: 2 }), fc.nat(most), fc.nat(2), fc.nat(most), layer)
      .map(([added, at, removed, changed, content]) => {
        const layers = [...a.contextual];
        if (changed < layers.length) layers[changed] = content;
        layers.splice(at, removed, ...added);
        return [a, graph({ layers: layers.slice(0, most) })] as const;
      }),
  );
  return fc.oneof(edited, fc.tuple(one, one));
}

/** Edges from earlier to later layers; every layer is reached and leads out. */
function edgesOf(count: number): fc.Arbitrary<(readonly [number | 'IN', number | 'OUT'])[]> {
  return fc
    .array(fc.nat(count === 0 ? 0 : count), { minLength: 2 * count, maxLength: 2 * count })
    .map((picks) => {
      const found = new Map<string, readonly [number | 'IN', number | 'OUT']>();
      for (const [i, pick] of picks.entries()) {
        const to = Math.floor(i / 2);
        const from = pick % (to + 1);
        found.set(`${from} ${to}`, [from === 0 ? 'IN' : from - 1, to]);
      }
      const read = new Set([...found.values()].map(([from]) => from));
      for (let from = 0; from < count; from++)
        if (!read.has(from)) found.set(`${from} OUT`, [from, 'OUT']);
      if (count === 0) found.set('', ['IN', 'OUT']);
      return [...found.values()];
    });
}

/** The least cost over all partial matchings of layers of one class. */
export function bruteForceCost(a: HashedArchitecture, b: HashedArchitecture): number {
  const matching = new Matching(...matchGraphs(a, b), false);
  let least = Infinity;
  const decide = (x: number): void => {
    if (x === a.names.length) {
      least = Math.min(least, matching.cost());
      return;
    }
    decide(x + 1);
    for (let y = 0; y < b.names.length; y++) {
      if (matching.toA(y) >= 0 || matching.level(x, y) === undefined) continue;
      matching.link(x, y);
      decide(x + 1);
      matching.unlink(x);
    }
  };
  decide(0);
  return least;
}
