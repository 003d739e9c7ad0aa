import { planCascade, type PlannedItem } from '../../core/cascade/planCascade.ts';
import type { CascadeItem, CascadeOrder, CascadePlan } from '../../core/cascadeViews.ts';
import type { ChunkId, SnapshotId } from '../../core/ids.ts';
import type { ModelNode } from '../../core/lineage/graph.ts';
import type { Recipe } from '../../core/recipe/recipe.ts';
import type { TrainReport } from '../../core/training/report.ts';
import { boundTests } from '../modelTests/effectiveTests.ts';
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
  const datasets = new Map([...lineage.datasets.values()].map((one) => [one.snapshot, one.name]));
  const begun = planned.items.map((item) => ({
    item,
    nodes: item.models.flatMap(({ node }) => lineage.nodes.get(node) ?? []),
  }));
  const bytes = await storedBytes(ports, begun);
  const times = await inTurns(begun, (each) => timeOf(ports, each));
  const items = begun.map(({ item, nodes }, at): CascadeItem => ({
    ...item,
    what: wordsOf(ports, datasets, item, nodes[0]),
    estimate: { ...times[at], bytes: bytes[at] ?? 0 },
    gates: [...new Set(nodes.flatMap(({ id }) => testsOf(id).map((test) => test.id)))],
  }));
  const known = items.flatMap(({ estimate }) => estimate.ms ?? []);
  return {
    order,
    items,
    kept: planned.kept,
    warnings: planned.warnings,
    estimate: {
      ms: known.reduce((sum, ms) => sum + ms, 0),
      bytes: bytes.reduce((sum, one) => sum + one, 0),
      unknown: items.filter(({ estimate: { ms, untrained } }) => ms === undefined && !untrained)
        .length,
    },
  };
}

/** An item and the models that it makes again. */
interface Begun {
  readonly item: PlannedItem;
  readonly nodes: readonly ModelNode[];
}

/** Reads of the store that go on at once. */
const readsAtOnce = 32;

async function inTurns<T>(all: readonly Begun[], read: (one: Begun) => Promise<T>): Promise<T[]> {
  const found: T[] = [];
  for (let at = 0; at < all.length; at += readsAtOnce)
    found.push(...(await Promise.all(all.slice(at, at + readsAtOnce).map(read))));
  return found;
}

/** What is stored of each item's models now. */
async function storedBytes(ports: CascadePorts, all: readonly Begun[]): Promise<number[]> {
  const chunks = await inTurns(all, ({ nodes }) => ports.use.chunksOf(nodes.map(({ id }) => id)));
  const each = new Map<ChunkId, number>();
  const distinct = [...new Set(chunks.flatMap((own) => [...own]))];
  for (const storage of await ports.content.describe(distinct))
    if (storage !== undefined) each.set(storage.chunk, storage.storedBytes);
  return chunks.map((own) => [...own].reduce((sum, chunk) => sum + (each.get(chunk) ?? 0), 0));
}

/** Training of the past run where it is done again; nothing where it is not known. */
async function timeOf(
  ports: CascadePorts,
  { item: { choice, fromParts }, nodes }: Begun,
): Promise<Pick<CascadeItem['estimate'], 'ms' | 'untrained'>> {
  if (choice.is === 'transplant' || fromParts === true) return { untrained: true };
  if (choice.is !== 'recipe') return {};
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
  if (runs.size > 0) return { ms: [...runs.values()].reduce((sum, ms) => sum + ms, 0) };
  // A trained model has figures; its report may not have come along with an import.
  return nodes.every(({ outcome }) => outcome === undefined) ? { untrained: true } : {};
}

type DatasetNames = ReadonlyMap<SnapshotId, string>;

/** "Finetune, 5 epochs of digits". */
function wordsOf(
  ports: CascadePorts,
  datasets: DatasetNames,
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
  return `${title}${detailsOf(datasets, recipe)}`;
}

function detailsOf(datasets: DatasetNames, { arguments: { epochs }, data }: Recipe): string {
  const names = data.map(
    ({ dataset }) => datasets.get(dataset) ?? 'data that is not listed any more',
  );
  // A pruning that does not train after it has epochs too, which mean nothing.
  const trains = typeof epochs === 'number' && data.length > 0;
  const long = trains ? `${epochs} ${epochs === 1 ? 'epoch' : 'epochs'}` : '';
  const details = [long, [...new Set(names)].join(', ')].filter((word) => word !== '');
  return details.length === 0 ? '' : `, ${details.join(' of ')}`;
}
