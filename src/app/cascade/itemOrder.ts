import type { CascadeItem, CascadeRun, CascadeState } from '../../core/cascadeViews.ts';
import type { CreateOrder } from '../../core/creationViews.ts';
import type { NodeId } from '../../core/ids.ts';
import { LineageError } from '../../core/lineageError.ts';
import { nodeOf } from '../../core/lineage/editLineage.ts';
import type { ModelNode } from '../../core/lineage/graph.ts';
import type { Run } from '../../core/ports/run.ts';
import type { Recipe } from '../../core/recipe/recipe.ts';
import { prepareUse } from '../data/prepareUse.ts';
import type { CascadePorts } from './cascadePorts.ts';
import { functionFor } from './cascadeRules.ts';
import { nodeNow } from './cascadeStates.ts';

/**
 * The creation that makes an item's models: from its recipe, from the parts it follows from, or as chosen,
 * with the new versions of its parents. The same each time it is asked for.
 *
 * @throws LineageError `node-missing`, `recipe-missing`, `recipe-invalid`, and what reading data throws.
 */
export async function itemOrder(
  ports: CascadePorts,
  { run: ordered, state }: { readonly run: CascadeRun; readonly state: CascadeState },
  item: CascadeItem,
  run: Run,
): Promise<CreateOrder> {
  const lineage = await ports.session.lineage();
  const [model] = item.models;
  if (model === undefined) throw new Error('an item without models');
  const node = nodeOf(lineage, model.node);
  const parents = item.parents.map(({ old, now }) => ({ old, now: nodeNow(state, now) ?? old }));
  const now = new Map(parents.map((parent) => [parent.old, parent.now]));
  const wish = ordered.device === undefined ? {} : { device: ordered.device };
  const { choice } = item;
  switch (choice.is) {
    case 'transplant':
      return { ...wish, ...transplant(node, parents) };
    case 'order':
      return { ...wish, ...choice.order, parents: parents.map((parent) => parent.now) };
    case 'recipe':
      break;
    case 'keep':
    case 'leave':
      throw new Error('what stays is no item');
  }
  const recipe = recipeOf(node);
  if (item.fromParts === true) {
    const olds = parents.map(({ old }) => nodeOf(lineage, old));
    const rest = await fromParts(ports, recipe, olds, run);
    return { ...wish, ...rest, parents: parents.map((parent) => parent.now) };
  }
  return {
    ...computedOn(recipe),
    ...wish,
    function: recipe.function,
    parents: recipe.parents.map((parent) => now.get(parent.node) ?? parent.node),
    arguments: recipe.arguments,
    data: recipe.data,
    seed: recipe.seed,
  };
}

function recipeOf(node: ModelNode): Recipe {
  if (node.recipe === undefined) throw new LineageError('recipe-missing', { node: node.name });
  return node.recipe;
}

/** What was learnt since the old parent, on the new one. */
function transplant(
  node: ModelNode,
  parents: readonly { readonly old: NodeId; readonly now: NodeId }[],
): Pick<CreateOrder, 'function' | 'parents'> {
  const changed = parents.find(({ old, now }) => old !== now);
  if (changed === undefined) throw new Error('a transplant without a new parent');
  return { function: 'transplant', parents: [changed.now, node.id, changed.old] };
}

async function fromParts(
  ports: CascadePorts,
  recipe: Recipe,
  parents: readonly ModelNode[],
  run: Run,
): Promise<Pick<CreateOrder, 'function' | 'arguments'>> {
  const follows = functionFor(ports, recipe)?.partFromParents;
  if (follows === undefined)
    throw new LineageError('function-missing', { function: recipe.function });
  const parts = parents.map((parent) => parent.recipe?.part ?? '');
  return follows.order(recipe, parts, (use) => prepareUse(ports, use, run));
}

/** Where the recipe was computed. */
function computedOn({
  environment: { backend, threads },
}: Recipe): Pick<CreateOrder, 'device' | 'threads'> {
  if (backend === 'none') return {};
  return { device: backend, ...(threads === undefined ? {} : { threads }) };
}
