import type { NodeId } from '../../core/ids.ts';
import type { DatasetRecord } from '../../core/data/dataset.ts';
import type { GraphData } from '../../core/lineage/graph.ts';
import type { Binding } from '../../core/modelTests/modelTest.ts';
import { counted } from '../format.ts';
import type { TestWish } from '../mgitTests.ts';

/** A test that fits what is there, to be added with one click. */
export interface Suggestion {
  readonly title: string;
  readonly why: string;
  readonly tests: readonly TestWish[];
}

/** Tests for a lineage that has none yet: of its data, of its models' numbers, of what they cost. */
export function suggestions(
  graph: Pick<GraphData, 'nodes' | 'edges' | 'datasets'>,
  these: readonly NodeId[],
): readonly Suggestion[] {
  const all = bindingsOf(these);
  const measured = graph.datasets.slice(0, 3).map((record): Suggestion => {
    const bindings = trainedOn(graph, record) ?? all;
    const classes = hasClasses(record);
    const name = `${classes ? 'Accuracy' : 'Error'} on ${record.name}`;
    const wish = {
      name,
      function: classes ? 'classification' : 'regression',
      data: { dataset: record.id },
      bindings,
    };
    return {
      title: name,
      why: `On what was held back from training, of ${counted(record.summary.examples, 'example')}.`,
      tests: [wish],
    };
  });
  const [record] = graph.datasets;
  const speed: readonly TestWish[] =
    record === undefined
      ? []
      : [
          {
            name: 'Speed',
            function: 'latency',
            data: { dataset: record.id },
            bindings: trainedOn(graph, record) ?? all,
          },
        ];
  return [
    ...measured,
    {
      title: 'Health of the weights',
      why: 'Finds NaN, infinite and vanishing numbers. Passes where there is no NaN and no infinity.',
      tests: [
        {
          name: 'Health of the weights',
          function: 'health',
          bindings: all,
          success: [{ metric: 'nonFinite', is: 'at-most', value: 0 }],
        },
      ],
    },
    {
      title: speed.length > 0 ? 'Size and speed' : 'Size',
      why: 'What each model takes, and what it costs beside its parent. Measured, without a rule.',
      tests: [{ name: 'Size', function: 'size', bindings: all }, ...speed],
    },
  ];
}

function bindingsOf(these: readonly NodeId[]): readonly Binding[] {
  if (these.length === 0) return [{ is: 'all' }];
  return these.map((node) => ({ is: 'node', node, descendants: true }));
}

/** The families that were made with a data set: their roots, with all below. */
function trainedOn(
  { nodes, edges }: Pick<GraphData, 'nodes' | 'edges'>,
  { snapshot }: DatasetRecord,
): readonly Binding[] | undefined {
  const above = new Map<NodeId, NodeId[]>();
  for (const { from, to } of edges) above.set(to, [...(above.get(to) ?? []), from]);
  const open = new Set(
    nodes
      .filter(({ recipe }) => recipe?.data.some(({ dataset }) => dataset === snapshot))
      .map(({ id }) => id),
  );
  const roots = new Set<NodeId>();
  for (const id of open) {
    const parents = above.get(id) ?? [];
    if (parents.length === 0) roots.add(id);
    for (const parent of parents) open.add(parent);
  }
  return roots.size === 0
    ? undefined
    : [...roots].map((node) => ({ is: 'node', node, descendants: true }));
}

function hasClasses({ summary }: DatasetRecord): boolean {
  const label = summary.columns.find(({ name }) => name === summary.label);
  return label === undefined || label.type !== 'number' || label.values !== undefined;
}
