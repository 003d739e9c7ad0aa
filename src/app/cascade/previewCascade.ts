import { planCascade, type PlannedItem } from '../../core/cascade/planCascade.ts';
import type { CascadeItem, CascadeOrder, CascadePlan } from '../../core/cascadeViews.ts';
import type { NodeId } from '../../core/ids.ts';
import type { ModelNode } from '../../core/lineage/graph.ts';
import type { Lineage } from '../../core/lineage/lineage.ts';
import type { Recipe } from '../../core/recipe/recipe.ts';
import type { TrainReport } from '../../core/training/report.ts';
import { boundTests } from '../modelTests/effectiveTests.ts';
import { reportStorage } from '../storage/reportStorage.ts';
import type { CascadePorts } from './cascadePorts.ts';
import { cascadeRules, functionFor } from './cascadeRules.ts';

/**
 * What a cascade would do, without doing any of it: the items in the order of running, what stays and why,
 * and what it may take, from how the models were made the last time.
 *
 * @throws LineageError `node-missing`, `cascade-unfit`, `test-missing`.
 */
export async function previewCascade(
  ports: CascadePorts,
  order: CascadeOrder,
): Promise<CascadePlan> {
  const lineage = await ports.session.lineage();
  const rules = await cascadeRules(ports, lineage, order);
  const planned = planCascade(lineage, order.old, order.new, rules);
  const testsOf = boundTests(lineage);
  const items: CascadeItem[] = [];
  for (const item of planned.items) {
    const nodes = item.models.flatMap(({ node }) => lineage.nodes.get(node) ?? []);
    items.push({
      ...item,
      what: wordsOf(ports, lineage, item, nodes[0]),
      estimate: await estimateOf(ports, item, nodes),
      gates: [...new Set(nodes.flatMap(({ id }) => testsOf(id).map((test) => test.id)))],
    });
  }
  const known = items.flatMap(({ estimate }) => estimate.ms ?? []);
  return {
    order,
    items,
    kept: planned.kept,
    warnings: planned.warnings,
    estimate: {
      ms: known.reduce((sum, ms) => sum + ms, 0),
      bytes: items.reduce((sum, { estimate }) => sum + estimate.bytes, 0),
      unknown: items.length - known.length,
    },
  };
}

/** Training of the past run where it is done again, and what is stored of the models now. */
async function estimateOf(
  ports: CascadePorts,
  { choice, fromParts }: PlannedItem,
  nodes: readonly ModelNode[],
): Promise<CascadeItem['estimate']> {
  const ids: readonly NodeId[] = nodes.map(({ id }) => id);
  const bytes = (await reportStorage(ports, ids)).storedBytes;
  if (choice.is !== 'recipe' || fromParts === true) return { bytes };
  // Models of one run carry the same report: a shared trunk is trained once.
  const runs = new Map<string, number>();
  for (const { snapshot, recipe } of nodes) {
    const report = (await ports.content.derived(snapshot, 'training')) as TrainReport | undefined;
    if (report === undefined) continue;
    const { steps, trainedMs, environment } = report;
    const shared = recipe?.group !== undefined && environment.graph !== undefined;
    const key = shared ? `${steps} ${trainedMs} ${environment.graph ?? ''}` : snapshot;
    runs.set(key, trainedMs);
  }
  if (runs.size === 0) return { bytes };
  return { bytes, ms: [...runs.values()].reduce((sum, ms) => sum + ms, 0) };
}

/** "Finetune, 5 epochs of digits". */
function wordsOf(
  ports: CascadePorts,
  lineage: Lineage,
  { choice, fromParts }: PlannedItem,
  node: ModelNode | undefined,
): string {
  if (choice.is === 'transplant') return 'Transplant of what was learnt';
  if (choice.is === 'order')
    return functionFor(ports, choice.order)?.title ?? choice.order.function;
  const recipe = node?.recipe;
  if (recipe === undefined) return '';
  const title = functionFor(ports, recipe)?.title ?? recipe.function;
  if (fromParts === true) return `${recipe.part ?? ''} of: ${title}`;
  return `${title}${detailsOf(lineage, recipe)}`;
}

function detailsOf(lineage: Lineage, { arguments: { epochs }, data }: Recipe): string {
  const known = [...lineage.datasets.values()];
  const names = data.map(
    ({ dataset }) =>
      known.find(({ snapshot }) => snapshot === dataset)?.name ??
      'data that is not listed any more',
  );
  const long = typeof epochs === 'number' ? `${epochs} ${epochs === 1 ? 'epoch' : 'epochs'}` : '';
  const details = [long, [...new Set(names)].join(', ')].filter((word) => word !== '');
  return details.length === 0 ? '' : `, ${details.join(' of ')}`;
}
