import { at } from '../layout/at.ts';
import type { NodeId } from '../ids.ts';
import type { EdgeGrade, EdgeKind, ModelNode } from '../lineage/graph.ts';
import type { FormatName } from '../snapshot.ts';
import type { LineageIndex } from './lineageIndex.ts';

/** What is taken out of the view. Empty lists take nothing out. */
export interface GraphFilter {
  readonly hiddenKinds: readonly EdgeKind[];
  readonly hiddenGrades: readonly EdgeGrade[];
  readonly hiddenFormats: readonly FormatName[];
  /** Models must have one of these. */
  readonly tags: readonly string[];
  /** Words that must all occur in a model's name, type, tags, file name or notes. */
  readonly text: string;
  /** Only these models: what a walk found. All where absent. */
  readonly only?: readonly NodeId[];
}

export const noFilter: GraphFilter = {
  hiddenKinds: [],
  hiddenGrades: [],
  hiddenFormats: [],
  tags: [],
  text: '',
};

/** 1 for each node and each edge that stays; an edge stays only with both its ends. */
export interface Kept {
  readonly nodes: Uint8Array;
  readonly edges: Uint8Array;
}

/** Applies the filter; linear in the size of the graph. */
export function filterLineage(index: LineageIndex, filter: GraphFilter): Kept {
  if (isEmpty(filter)) {
    return {
      nodes: new Uint8Array(index.nodes.length).fill(1),
      edges: new Uint8Array(index.edges.length).fill(1),
    };
  }
  const formats = new Set<string>(filter.hiddenFormats);
  const tags = new Set(filter.tags);
  const matches = textMatcher(filter.text);
  const only = filter.only && new Set(filter.only);
  const nodes = Uint8Array.from(index.nodes, (node) =>
    !formats.has(node.summary.format) &&
    (tags.size === 0 || node.tags.some((tag) => tags.has(tag))) &&
    matches(node) &&
    only?.has(node.id) !== false
      ? 1
      : 0,
  );
  const kinds = new Set<string>(filter.hiddenKinds);
  const grades = new Set<string>(filter.hiddenGrades);
  const edges = Uint8Array.from(index.edges, ({ kind, grade }, e) =>
    nodes[at(index.from, e)] === 1 &&
    nodes[at(index.to, e)] === 1 &&
    !kinds.has(kind) &&
    !grades.has(grade)
      ? 1
      : 0,
  );
  return { nodes, edges };
}

function isEmpty(filter: GraphFilter): boolean {
  const { hiddenKinds, hiddenGrades, hiddenFormats, tags, text, only } = filter;
  const lists = [hiddenKinds, hiddenGrades, hiddenFormats, tags];
  return only === undefined && text.trim() === '' && lists.every((list) => list.length === 0);
}

/** Whether a model matches a search text: every word occurs in what people read of it. */
export function textMatcher(text: string): (node: ModelNode) => boolean {
  const words = text.toLowerCase().split(/\s+/u).filter(Boolean);
  if (words.length === 0) return () => true;
  return (node) => {
    const read = [
      node.name,
      node.modelType ?? '',
      node.summary.fileName,
      node.summary.format,
      node.notes,
      ...node.tags,
    ]
      .join('\n')
      .toLowerCase();
    return words.every((word) => read.includes(word));
  };
}
