import type { Edge, ModelNode } from '../../core/lineage/graph.ts';

export type ModelOrder = 'name' | 'newest' | 'size' | 'parameters';

const compared: Record<ModelOrder, (a: ModelNode, b: ModelNode) => number> = {
  name: () => 0,
  newest: (a, b) => b.createdAt - a.createdAt,
  size: (a, b) => b.summary.sizeBytes - a.summary.sizeBytes,
  parameters: (a, b) => b.summary.parameterCount - a.summary.parameterCount,
};

const byName = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });

/** A model matches when each word of the query is in its name, type, tags, notes or file name. */
export function matches(node: ModelNode, query: string): boolean {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return true;
  const { name, modelType = '', tags, notes, summary } = node;
  const text = [name, modelType, tags.join(' '), notes, summary.fileName, summary.format]
    .join(' ')
    .toLowerCase();
  return words.every((word) => text.includes(word));
}

/** The models that match, ordered; equal ones by name, numbers in names by value. */
export function listModels(
  nodes: readonly ModelNode[],
  query: string,
  tag: string,
  order: ModelOrder,
): ModelNode[] {
  return nodes
    .filter((node) => (tag === '' || node.tags.includes(tag)) && matches(node, query))
    .sort((a, b) => compared[order](a, b) || byName.compare(a.name, b.name));
}

/** All tags in use, sorted. */
export function tagsOf(nodes: readonly ModelNode[]): string[] {
  return [...new Set(nodes.flatMap((node) => node.tags))].sort((a, b) => byName.compare(a, b));
}

/** The model above `node` that a person would name first: its predecessor, else its parent. */
export function comesFrom(node: ModelNode, edges: readonly Edge[]): Edge | undefined {
  const above = edges.filter((edge) => edge.to === node.id);
  return above.find((edge) => edge.kind === 'version') ?? above[0];
}
