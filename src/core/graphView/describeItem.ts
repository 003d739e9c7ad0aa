import { at } from '../layout/at.ts';
import type { LineageIndex } from './lineageIndex.ts';
import type { ViewEdge, ViewItem, ViewPlan } from './viewPlan.ts';

/** Names that a description lists before it counts the rest. */
const mostNames = 3;

/**
 * An item in one sentence for a screen reader: "RFB-epoch-100, child of RFB-640 (inferred), newer version
 * of RFB-epoch-90, 2 children."
 */
export function describeItem(index: LineageIndex, plan: ViewPlan, item: ViewItem): string {
  const labels = new Map(plan.items.map(({ key, label }) => [key, label]));
  const name = (key: string) => labels.get(key) ?? '';
  const into = plan.edges.filter(({ to }) => to === item.key);
  const out = plan.edges.filter(({ from }) => from === item.key);
  const parts = [
    heading(item),
    ...parents(into, name),
    ...counted(out, 'provenance', 'child', 'children'),
    ...counted(out, 'version', 'newer version', 'newer versions'),
    ...(into.length + out.length === 0 ? ['no known relatives'] : []),
    ...details(index, item),
  ];
  return `${parts.join(', ')}.`;
}

function heading({ is, label, nodes }: ViewItem): string {
  const models = nodes.length === 1 ? '1 model' : `${nodes.length} models`;
  switch (is) {
    case 'model':
      return label;
    case 'stack':
      return `${label}, newest of ${nodes.length} versions in a folded line`;
    case 'below':
      return `${models} ${label}, folded`;
    case 'family':
      return `family of ${label}, ${models}, folded`;
    case 'families':
      return `${label} with ${models}, folded`;
  }
}

function parents(into: readonly ViewEdge[], name: (key: string) => string): string[] {
  return (['provenance', 'version'] as const).flatMap((kind) => {
    const edges = into.filter((edge) => edge.kind === kind);
    if (edges.length === 0) return [];
    const names = edges.slice(0, mostNames).map((edge) => {
      const doubt = edge.undecided
        ? ' (inferred, direction open)'
        : edge.grade === 'declared'
          ? ''
          : ` (${edge.grade})`;
      return name(edge.from) + doubt;
    });
    const rest = edges.length - names.length;
    const all = [...names, ...(rest > 0 ? [`${rest} more`] : [])].join(' and ');
    return [`${kind === 'provenance' ? 'child of' : 'newer version of'} ${all}`];
  });
}

function counted(
  out: readonly ViewEdge[],
  kind: ViewEdge['kind'],
  one: string,
  many: string,
): string[] {
  const count = out.filter((edge) => edge.kind === kind).length;
  return count === 0 ? [] : [`${count} ${count === 1 ? one : many}`];
}

function details(index: LineageIndex, item: ViewItem): string[] {
  if (item.is !== 'model') return [];
  const { tags, modelType } = at(index.nodes, index.numberOf.get(at(item.nodes, 0)) ?? 0);
  return [
    ...(modelType === undefined ? [] : [`type ${modelType}`]),
    ...(tags.length === 0 ? [] : [`tagged ${tags.join(' and ')}`]),
  ];
}
