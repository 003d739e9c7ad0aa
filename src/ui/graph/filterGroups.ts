import type { GraphFilter } from '../../core/graphView/filterLineage.ts';
import type { LineageIndex } from '../../core/graphView/lineageIndex.ts';

type ListField = 'hiddenKinds' | 'hiddenGrades' | 'hiddenFormats' | 'tags';

/** A group of checkboxes of the filter panel. */
export interface FilterGroup {
  readonly field: ListField;
  readonly legend: string;
  readonly options: readonly {
    readonly value: string;
    readonly label: string;
    readonly on: boolean;
    /** Models or edges that have it. */
    readonly count: number;
  }[];
}

/** Tags offered, most used first; a list longer than this is searched by text instead. */
const mostTags = 12;

const words: Readonly<Record<string, string>> = {
  provenance: 'Provenance',
  version: 'Version',
  declared: 'Declared',
  inferred: 'Inferred',
  're-derived': 'Re-derived',
  onnx: 'ONNX',
  safetensors: 'safetensors',
  pytorch: 'PyTorch',
};

/** The checkboxes that make sense for a lineage: a group with a single value says nothing. */
export function filterGroups(index: LineageIndex, filter: GraphFilter): FilterGroup[] {
  const edges = index.edges;
  const shown = (field: Exclude<ListField, 'tags'>, legend: string, values: readonly string[]) => {
    const hidden: readonly string[] = filter[field];
    const options = [...counts(values)].map(([value, count]) => ({
      value,
      label: words[value] ?? value,
      on: !hidden.includes(value),
      count,
    }));
    return { field, legend, options };
  };
  const tags = [...counts(index.nodes.flatMap((node) => node.tags))]
    .sort((a, b) => b[1] - a[1])
    .slice(0, mostTags)
    .map(([value, count]) => ({ value, label: value, on: filter.tags.includes(value), count }));
  return [
    shown(
      'hiddenKinds',
      'Edges',
      edges.map(({ kind }) => kind),
    ),
    shown(
      'hiddenGrades',
      'How sure',
      edges.map(({ grade }) => grade),
    ),
    shown(
      'hiddenFormats',
      'Format',
      index.nodes.map(({ summary }) => summary.format),
    ),
    { field: 'tags' as const, legend: 'With one of these tags', options: tags },
  ].filter(({ field, options }) => options.length > (field === 'tags' ? 0 : 1));
}

function counts(values: readonly string[]): Map<string, number> {
  const found = new Map<string, number>();
  for (const value of values) found.set(value, (found.get(value) ?? 0) + 1);
  return found;
}

/** The filter with one value put into or taken out of one of its lists. */
export function toggled(filter: GraphFilter, field: ListField, value: string): GraphFilter {
  const list: readonly string[] = filter[field];
  const next = list.includes(value) ? list.filter((other) => other !== value) : [...list, value];
  return { ...filter, [field]: next };
}

/** How many groups of a filter take something out. */
export function filtersSet(filter: GraphFilter): number {
  const lists = [filter.hiddenKinds, filter.hiddenGrades, filter.hiddenFormats, filter.tags];
  return lists.filter((list) => list.length > 0).length + (filter.text.trim() === '' ? 0 : 1);
}
