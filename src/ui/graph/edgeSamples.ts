import type { EdgeKind } from '../../core/lineage/graph.ts';
import type { ViewPlan } from '../../core/graphView/viewPlan.ts';

/** How an edge looks, for the legend. */
export interface EdgeSample {
  readonly label: string;
  readonly kind: EdgeKind;
  readonly line: 'solid' | 'thin' | 'double';
  readonly arrow: 'triangle' | 'diamond' | 'none';
  readonly open: boolean;
}

const names: Readonly<Record<EdgeKind, string>> = {
  provenance: 'made from',
  version: 'newer version',
};

/** One sample for each look that a plan's edges have, plain ones first. */
export function edgeSamples(plan: ViewPlan): EdgeSample[] {
  const samples = new Map<string, EdgeSample>();
  for (const kind of ['provenance', 'version'] as const) {
    const arrow = kind === 'provenance' ? 'triangle' : 'diamond';
    const edges = plan.edges.filter((edge) => edge.kind === kind);
    const has = (grade: string) => edges.some((edge) => edge.grade === grade && !edge.undecided);
    const add = (label: string, look: Omit<EdgeSample, 'label' | 'kind'>) =>
      samples.set(label, { label, kind, ...look });
    if (has('declared')) add(names[kind], { line: 'solid', arrow, open: false });
    if (has('re-derived'))
      add(`${names[kind]}, re-derived`, { line: 'double', arrow, open: false });
    if (has('inferred')) add(`${names[kind]}, inferred`, { line: 'thin', arrow, open: true });
    if (edges.some((edge) => edge.undecided)) {
      add(`${kind}, direction open`, { line: 'thin', arrow: 'none', open: true });
    }
  }
  return [...samples.values()];
}
