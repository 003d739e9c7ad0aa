import type { CascadeRules } from '../../core/cascade/planCascade.ts';
import type { CascadeOrder } from '../../core/cascadeViews.ts';
import type { NodeId, SnapshotId, TestId } from '../../core/ids.ts';
import { isLineageError } from '../../core/lineageError.ts';
import type { ModelNode } from '../../core/lineage/graph.ts';
import type { Lineage } from '../../core/lineage/lineage.ts';
import type { Recipe } from '../../core/recipe/recipe.ts';
import { conditionOf, testsOf, type VerdictOf } from '../../core/search/condition.ts';
import type { CreationFunction } from '../create/creationFunction.ts';
import type { CreatePorts } from '../create/createPorts.ts';
import { currentVerdict } from './gate.ts';
import type { CascadePorts } from './cascadePorts.ts';

/** What a plan asks about the models of the lineage, read beforehand. */
export async function cascadeRules(
  ports: CascadePorts,
  lineage: Lineage,
  order: CascadeOrder,
): Promise<CascadeRules> {
  const verdicts = await verdictsFor(ports, lineage, order);
  const never = () => false;
  const missing = await missingData(ports, lineage);
  return {
    headsOnly: order.headsOnly === true,
    skip: order.skip === undefined ? never : conditionOf(order.skip, verdicts),
    stop: order.stop === undefined ? never : conditionOf(order.stop, verdicts),
    choice: (node) => order.choices?.[node],
    unfit: ({ recipe }) =>
      recipe === undefined ? 'it has no recipe' : unfitRecipe(ports, recipe, missing),
    followsFromParts: ({ recipe }) => followsFromParts(ports, recipe),
  };
}

function unfitRecipe(
  ports: CreatePorts,
  recipe: Recipe,
  missing: ReadonlySet<SnapshotId>,
): string | undefined {
  const fn = functionFor(ports, recipe);
  if (fn === undefined) return `there is no function ${recipe.function} here`;
  if (fn.version !== recipe.functionVersion)
    return `its recipe was run by version ${recipe.functionVersion} of ${fn.title}, and this is version ${fn.version}`;
  if (recipe.data.some(({ dataset }) => missing.has(dataset)))
    return 'a data set of its recipe is not stored';
  return undefined;
}

function followsFromParts(ports: CreatePorts, recipe: ModelNode['recipe']): boolean {
  if (recipe?.part === undefined) return false;
  return functionFor(ports, recipe)?.partFromParents?.follows(recipe.part) === true;
}

/** The function of a recipe; undefined for one that is not here. */
export function functionFor(
  ports: Pick<CreatePorts, 'functionOf'>,
  recipe: Pick<Recipe, 'function'>,
): CreationFunction | undefined {
  // Not by the menu, which leaves out what is planned first: a merge is made again like all others.
  try {
    return ports.functionOf(recipe.function);
  } catch (error) {
    if (isLineageError(error, 'function-missing')) return undefined;
    throw error;
  }
}

async function missingData(
  { content }: CascadePorts,
  lineage: Lineage,
): Promise<ReadonlySet<SnapshotId>> {
  const named = new Set<SnapshotId>();
  for (const { recipe } of lineage.nodes.values())
    for (const { dataset } of recipe?.data ?? []) named.add(dataset);
  const missing = new Set<SnapshotId>();
  for (const snapshot of named)
    try {
      await content.manifest(snapshot);
    } catch (error) {
      if (!isLineageError(error, 'snapshot-missing')) throw error;
      missing.add(snapshot);
    }
  return missing;
}

/** The verdicts that the order's conditions ask for. */
async function verdictsFor(
  ports: CascadePorts,
  lineage: Lineage,
  { skip, stop }: CascadeOrder,
): Promise<VerdictOf> {
  const asked = [skip, stop].flatMap((each) => (each === undefined ? [] : [...testsOf(each)]));
  const verdicts = new Map<string, ReturnType<VerdictOf>>();
  const keyOf = (node: NodeId, test: TestId) => `${test} ${node}`;
  for (const id of new Set(asked)) {
    const test = lineage.tests.get(id);
    if (test === undefined) continue;
    for (const node of lineage.nodes.values())
      verdicts.set(keyOf(node.id, id), await currentVerdict(ports, test, node));
  }
  return (node, test) => verdicts.get(keyOf(node, test));
}
