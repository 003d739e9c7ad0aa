import type { HashedArchitecture, LayerMatching } from './matchLayers.ts';

/** How two matched layers stand to each other, their places aside. */
export type LayerRelation = 'equal' | 'changed' | 'reshaped';

/** Whether one of the two comes from a format without a graph, which tells sizes only. */
export function isAcrossFormats(a: HashedArchitecture, b: HashedArchitecture): boolean {
  return a.assumedEdges !== b.assumedEdges;
}

/** Across formats, attributes that one of them does not tell are not compared. */
export function layerRelation(
  a: HashedArchitecture,
  x: number,
  b: HashedArchitecture,
  y: number,
): LayerRelation {
  const across = isAcrossFormats(a, b);
  const same = (of: 'contextual' | 'contents' | 'structural' | 'sizes'): boolean =>
    a[of][x] === b[of][y];
  if (same('contextual') || (across && same('contents'))) return 'equal';
  return same(across ? 'sizes' : 'structural') ? 'changed' : 'reshaped';
}

/** An edge as a key, in the numbering of its own side. */
export function edgeKey(from: number | 'IN', to: number | 'OUT'): string {
  return `${from} ${to}`;
}

/** The edges of `a` that `b` has between the partners of their ends, as keys of `a`. */
export function commonEdges(
  a: HashedArchitecture,
  b: HashedArchitecture,
  partner: LayerMatching['ofA'],
): Set<string> {
  const there = new Set(b.edges.map(({ from, to }) => edgeKey(from, to)));
  const common = new Set<string>();
  for (const { from, to } of a.edges) {
    const p = from === 'IN' ? from : partner[from];
    const q = to === 'OUT' ? to : partner[to];
    if (p !== undefined && q !== undefined && there.has(edgeKey(p, q)))
      common.add(edgeKey(from, to));
  }
  return common;
}
