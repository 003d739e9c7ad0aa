import type { Architecture } from './architecture.ts';

/**
 * What a layer graph is without any names, as plain data: equal for equal architectures. The hash of
 * its canonical encoding is the architecture digest of a node.
 */
export function architectureShape(architecture: Architecture): unknown {
  const layers = architecture.layers.map((layer) => [
    layer.kind,
    Object.entries(layer.attributes).sort(([a], [b]) => (a < b ? -1 : 1)),
    layer.parameters.map((parameter) => parameter.slot),
  ]);
  const edges = architecture.edges.map((edge) => [edge.from, edge.to, edge.via]);
  return [layers, edges];
}

/** The most frequent layer classes, for people: `Conv ×21, Linear ×1`; at most four. */
export function layerSummary(architecture: Architecture): string {
  const counts = new Map<string, number>();
  for (const { kind } of architecture.layers) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return [...counts]
    .sort(([, a], [, b]) => b - a)
    .slice(0, 4)
    .map(([kind, count]) => `${kind} ×${count}`)
    .join(', ');
}
