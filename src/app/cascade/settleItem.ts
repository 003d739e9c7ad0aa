import type { CascadeComparison, CascadeItem, CascadeState } from '../../core/cascadeViews.ts';
import { LineageError } from '../../core/lineageError.ts';
import { nodeOf } from '../../core/lineage/editLineage.ts';
import type { ModelNode } from '../../core/lineage/graph.ts';
import { edgeKey, type Lineage } from '../../core/lineage/lineage.ts';
import type { Run } from '../../core/ports/run.ts';
import type { SettledModel } from '../create/creationExtras.ts';
import type { MadeModel } from '../create/creationFunction.ts';
import type { CascadePorts } from './cascadePorts.ts';
import { headNow, nodeNow } from './cascadeStates.ts';
import { runGate, type GateOutcome } from './gate.ts';

export interface SettledItem {
  /** The item's models first, in its order; then what they were made from in the same call. */
  readonly models: readonly SettledModel[];
  readonly gates: readonly GateOutcome[];
  /** Why they are rejected; undefined where they pass. */
  readonly rejected?: string;
}

/** The tag of a model that was made again and turned out worse. */
export const rejectedTag = 'rejected';

/**
 * Decides what becomes of what was made: each model the next version of the one it is made for, or, where
 * one of them is worse on a bound test, none of them.
 *
 * @throws LineageError `recipe-invalid` if the creation did not make a model that is needed.
 */
export async function settleItem(
  ports: CascadePorts,
  { state, gate }: { readonly state: CascadeState; readonly gate: boolean },
  item: CascadeItem,
  made: readonly MadeModel[],
  run: Run,
): Promise<SettledItem> {
  const lineage = await ports.session.lineage();
  const pairs = item.models.map((model) => {
    const old = nodeOf(lineage, model.node);
    return { model, old, made: { ...counterpart(item, old, made), name: model.name } };
  });
  const gates: GateOutcome[] = [];
  for (const pair of pairs) gates.push(await runGate(ports, item, pair.old.id, pair.made, run));
  const worse = gates.flatMap(({ comparisons }) => comparisons).filter((each) => each.worse);
  const rejected = gate && worse.length > 0;
  const own = pairs.map(({ model, old, made: one }): SettledModel => ({
    made: { ...one, parents: parentsFor(lineage, state, item, old, one) },
    name: model.name,
    revises: rejected ? [] : [headNow(state, model.revises)],
    ...(rejected ? { tags: [rejectedTag] } : {}),
    ...(old.modelType === undefined ? {} : { modelType: old.modelType }),
  }));
  const used = new Set(pairs.map((pair) => pair.made.part));
  const others = neededParts(own, made.filter(({ part }) => !used.has(part))); // prettier-ignore
  return {
    models: [...own, ...others.map((one): SettledModel => ({ made: one, revises: [], ...(rejected ? { tags: [rejectedTag] } : {}) }))],
    gates,
    ...(rejected ? { rejected: wordsOf(worse) } : {}),
  }; // prettier-ignore
}

function counterpart(item: CascadeItem, old: ModelNode, made: readonly MadeModel[]): MadeModel {
  const byRecipe = item.choice.is === 'recipe' && item.fromParts !== true;
  const part = byRecipe ? old.recipe?.part : undefined;
  const found = part === undefined ? made : made.filter((one) => one.part === part);
  const [one] = found;
  if (one !== undefined && found.length === 1) return one;
  throw new LineageError('recipe-invalid', {
    function: item.choice.is === 'order' ? item.choice.order.function : (old.recipe?.function ?? ''),
    field: 'function',
    reason: `it made ${found.length} models that could follow ${old.name}, not one`,
  }); // prettier-ignore
}

/**
 * The made model's edges: as the function says, with the roles of the old ones, and those that a person
 * added to the old model; of a transplant only those to the new parents.
 */
function parentsFor(
  lineage: Lineage,
  state: CascadeState,
  item: CascadeItem,
  old: ModelNode,
  { parents }: MadeModel,
): MadeModel['parents'] {
  if (item.choice.is === 'order') return parents;
  const wanted = item.parents.flatMap((parent) => {
    const edge = lineage.edges.get(edgeKey('provenance', parent.old, old.id));
    const node = nodeNow(state, parent.now);
    return edge === undefined || node === undefined ? [] : [{ node, role: edge.role ?? 'base' }];
  });
  const own = item.choice.is === 'transplant' ? [] : parents;
  const kept = own.map((parent) => {
    const { from } = parent;
    const same = 'node' in from ? wanted.find(({ node }) => node === from.node) : undefined;
    return same === undefined ? parent : { from, role: same.role };
  });
  const missing = wanted.filter(
    ({ node }) => !own.some(({ from }) => 'node' in from && from.node === node),
  );
  return [...kept, ...missing.map(({ node, role }) => ({ from: { node }, role }))];
}

/** Models of the same call that have no counterpart any more, as far as others are made from them. */
function neededParts(own: readonly SettledModel[], others: readonly MadeModel[]): MadeModel[] {
  const needed = new Set<string>();
  const open = own.map(({ made }) => made);
  for (const { parents } of open)
    for (const { from } of parents)
      if ('part' in from && !needed.has(from.part)) {
        needed.add(from.part);
        const found = others.find(({ part }) => part === from.part);
        if (found !== undefined) open.push(found);
      }
  return others.filter(({ part }) => part !== undefined && needed.has(part));
}

function wordsOf(worse: readonly CascadeComparison[]): string {
  const [first] = worse;
  if (first === undefined) return '';
  const { testName, metric, before, after, verdicts } = first;
  const what =
    before === undefined || after === undefined
      ? `${testName}: ${verdicts.before} before, ${verdicts.after} now`
      : `${metric ?? 'result'} of ${testName} went from ${shown(before)} to ${shown(after)}`;
  return worse.length === 1 ? what : `${what}, and ${worse.length - 1} more`;
}

function shown(value: number): string {
  return Number.isInteger(value) ? String(value) : value.toPrecision(3);
}
