import type { CascadeChoice, CascadeItem, CascadeKept, CascadeTarget } from '../cascadeViews.ts';
import type { NodeId } from '../ids.ts';
import { LineageError } from '../lineageError.ts';
import { nodeOf } from '../lineage/editLineage.ts';
import type { ModelNode } from '../lineage/graph.ts';
import { edgeKey, type Lineage } from '../lineage/lineage.ts';
import { FreshNames } from './freshNames.ts';
import { olderVersions } from './olderVersions.ts';
import { unitParents, whyNotReplayable, type UnitParent } from './replayability.ts';
import { VersionHeads } from './versionHeads.ts';
import { reachBelow, workUnits, type WorkUnit } from './workUnits.ts';

/** What a plan asks about models, and a person's choices. */
export interface CascadeRules {
  readonly headsOnly?: boolean;
  /** Keeps its old version; the cascade goes on below. */
  readonly skip: (node: ModelNode) => boolean;
  /** The cascade ends before it. */
  readonly stop: (node: ModelNode) => boolean;
  readonly choice: (node: NodeId) => CascadeChoice | undefined;
  /** Why its recipe cannot be run again whatever its parents are; undefined where it can. */
  readonly unfit: (node: ModelNode) => string | undefined;
  /** Whether it follows from its own parents alone, though its recipe makes it with others. */
  readonly followsFromParts: (node: ModelNode) => boolean;
}

/** An item before anything is known of its past. */
export type PlannedItem = Omit<CascadeItem, 'what' | 'estimate' | 'gates'>;

export interface PlannedCascade {
  /** In the order of running: each after the items it needs. */
  readonly items: readonly PlannedItem[];
  readonly kept: readonly CascadeKept[];
  readonly warnings: readonly string[];
}

/**
 * What has to be made again when `old` gets the new version `next`: every model below `old`, once however
 * many paths lead to it, from the new versions of its parents. Models reached through `next` alone are left
 * as they are.
 *
 * Source: reference §10.
 *
 * @throws LineageError `node-missing`; `cascade-unfit`: one model twice, or a choice that a model does not
 *   have.
 */
export function planCascade(
  lineage: Lineage,
  old: NodeId,
  next: NodeId,
  rules: CascadeRules,
): PlannedCascade {
  const [before, after] = [nodeOf(lineage, old), nodeOf(lineage, next)];
  if (old === next)
    throw new LineageError('cascade-unfit', { reason: 'a model is not its own new version' });
  const left = ({ id }: ModelNode) => rules.choice(id)?.is === 'leave';
  const { nodes, stopped } = reachBelow(
    lineage,
    old,
    (node) => node.id === next || left(node) || rules.stop(node),
  );
  const planner = new Planner(lineage, rules, nodes, new Map([[old, { node: next }]]));
  if (!lineage.edges.has(edgeKey('version', old, next)))
    planner.warnings.push(`${after.name} is not marked as a version of ${before.name}`);
  const units = workUnits(lineage, nodes);
  const older = rules.headsOnly === true ? olderVersions(lineage, units) : new Set<WorkUnit>();
  for (const unit of units)
    if (older.has(unit))
      planner.keep(unit.nodes, 'older', 'a newer version of it is brought up to date');
    else planner.unit(unit);
  for (const id of stopped) {
    const node = lineage.nodes.get(id);
    if (node === undefined || id === next) continue;
    if (left(node)) planner.keep([node], 'left', 'it is left out, with what is only below it');
    else planner.keep([node], 'stopped', 'the cascade ends here');
  }
  const { items, kept, warnings } = planner;
  return { items, kept, warnings };
}

const recipe = { is: 'recipe' } as const satisfies CascadeChoice;
const knot =
  'it was made together with others, and one of them is made from another through further models';

interface Wishes {
  /** Why the models cannot be made as they were: together. */
  readonly because?: string | undefined;
  readonly chosen: CascadeChoice | undefined;
  readonly skipped: boolean;
}

class Planner {
  readonly items: PlannedItem[] = [];
  readonly kept: CascadeKept[] = [];
  readonly warnings: string[] = [];
  readonly #lineage: Lineage;
  readonly #rules: CascadeRules;
  readonly #reach: ReadonlyMap<NodeId, ModelNode>;
  /** What stands for a model from now on. */
  readonly #now: Map<NodeId, CascadeTarget>;
  /** By a model that stays as it is: for which model that cannot be made again. */
  readonly #heldBy = new Map<NodeId, NodeId>();
  readonly #groups = new Map<string, ModelNode[]>();
  readonly #heads: VersionHeads;
  readonly #names: FreshNames;

  constructor(
    lineage: Lineage,
    rules: CascadeRules,
    reach: ReadonlyMap<NodeId, ModelNode>,
    now: Map<NodeId, CascadeTarget>,
  ) {
    this.#lineage = lineage;
    this.#rules = rules;
    this.#reach = reach;
    this.#now = now;
    this.#heads = new VersionHeads(lineage);
    this.#names = new FreshNames(lineage.names);
    for (const node of lineage.nodes.values()) {
      const group = node.recipe?.group;
      if (group === undefined) continue;
      const members = this.#groups.get(group);
      if (members === undefined) this.#groups.set(group, [node]);
      else members.push(node);
    }
  }

  /** Plans a group as a whole where what its recipe begins with changes, else each member on its own. */
  unit({ nodes, knotted }: WorkUnit): void {
    const group = nodes[0]?.recipe?.group;
    const parents = unitParents(this.#lineage, nodes, this.#now);
    if (group === undefined || knotted || !this.#beginsAnew(nodes, parents)) {
      for (const node of nodes) this.#single(node, knotted ? knot : undefined);
      return;
    }
    this.#group(group, nodes, parents);
  }

  #group(group: string, nodes: readonly ModelNode[], parents: readonly UnitParent[]): void {
    const members = this.#groups.get(group) ?? [];
    const missing = members.find(({ id }) => !this.#reach.has(id));
    const reason = missing && `${missing.name}, which was made together with it, is not made again`;
    const chosen = nodes.map(({ id }) => this.#rules.choice(id)).find((each) => each !== undefined);
    const skipped = nodes.some((node) => this.#rules.skip(node));
    const splits = chosen?.is === 'transplant' || (reason !== undefined && !skipped);
    if (splits) for (const node of nodes) this.#single(node, reason, chosen);
    else this.#attempt(nodes, parents, { chosen, skipped });
  }

  #beginsAnew(nodes: readonly ModelNode[], parents: readonly UnitParent[]): boolean {
    const named = new Set((nodes[0]?.recipe?.parents ?? []).map(({ node }) => node));
    return parents.some(({ old, changed }) => changed && named.has(old));
  }

  #single(node: ModelNode, because?: string, chosen = this.#rules.choice(node.id)): void {
    const parents = unitParents(this.#lineage, [node], this.#now);
    this.#attempt([node], parents, { because, chosen, skipped: this.#rules.skip(node) });
  }

  #attempt(nodes: readonly ModelNode[], parents: readonly UnitParent[], wishes: Wishes): void {
    const { because, chosen, skipped } = wishes;
    const changed = parents.filter((parent) => parent.changed);
    if (changed.length === 0) {
      this.#unchanged(nodes, parents);
      return;
    }
    const { why, fromParts } = this.#fit(nodes, parents, changed, because);
    const options = optionsOf(nodes, changed, why);
    const choice = chosen ?? (why === undefined ? recipe : undefined);
    if (skipped) this.keep(nodes, 'skipped', 'it is skipped', options);
    else if (choice === undefined) {
      for (const { id } of nodes) this.#heldBy.set(id, id);
      this.keep(nodes, 'not-replayable', why ?? '', options);
    } else if (!options.includes(choice.is)) throw unfitChoice(nodes, choice, why);
    else if (choice.is === 'keep') this.keep(nodes, 'kept', 'it is to stay as it is', options);
    else this.#put(nodes, parents, { choice, options, ...howOf(choice, why, fromParts) });
  }

  /** Whether the recipe can be run with the new parents, or the model follows from its parts alone. */
  #fit(
    nodes: readonly ModelNode[],
    parents: readonly UnitParent[],
    changed: readonly UnitParent[],
    because: string | undefined,
  ): { readonly why: string | undefined; readonly fromParts: boolean } {
    const [first] = nodes;
    const own = first?.recipe;
    const fromCall = ({ old }: UnitParent) =>
      own?.group !== undefined && this.#lineage.nodes.get(old)?.recipe?.group === own.group;
    const fromParts =
      first !== undefined &&
      nodes.length === 1 &&
      own?.group !== undefined &&
      changed.every(fromCall) &&
      this.#rules.followsFromParts(first);
    const why =
      nodes.map((node) => this.#rules.unfit(node)).find((each) => each !== undefined) ??
      (fromParts ? undefined : (because ?? whyNotReplayable(this.#lineage, nodes, parents)));
    return { why, fromParts };
  }

  #unchanged(nodes: readonly ModelNode[], parents: readonly UnitParent[]): void {
    const by = parents.map(({ old }) => this.#heldBy.get(old)).find((held) => held !== undefined);
    const holder = by === undefined ? undefined : this.#lineage.nodes.get(by);
    if (by !== undefined) for (const { id } of nodes) this.#heldBy.set(id, by);
    const why =
      holder === undefined
        ? 'none of its parents changes'
        : `${holder.name}, above it, cannot be made again`;
    this.keep(nodes, 'unchanged', why, [], by);
  }

  keep(
    nodes: readonly ModelNode[],
    is: CascadeKept['is'],
    why: string,
    options: CascadeKept['options'] = [],
    by?: NodeId,
  ): void {
    for (const { id } of nodes)
      this.kept.push({ node: id, is, why, options, ...(by === undefined ? {} : { by }) });
  }

  #put(
    nodes: readonly ModelNode[],
    parents: readonly UnitParent[],
    how: Pick<PlannedItem, 'choice' | 'options' | 'notReplayable' | 'fromParts'>,
  ): void {
    const [first] = nodes;
    if (first === undefined) return;
    const item = `item ${first.id}`;
    const models = nodes.map((node) => {
      const revises = this.#head(node);
      this.#heads.add(node.id, revises, { item, of: node.id });
      return { node: node.id, name: this.#names.next(node.name), revises };
    });
    const after = new Set<string>();
    for (const { now } of parents) if ('item' in now) after.add(now.item);
    for (const { revises } of models)
      if ('item' in revises && revises.item !== item) after.add(revises.item);
    this.items.push({
      id: item,
      models,
      ...how,
      after: [...after],
      parents: parents.map(({ old, now }) => ({ old, now })),
    });
    for (const { id } of nodes) this.#now.set(id, { item, of: id });
  }

  /** What the new version follows: the newest one where there is one alone, else the model itself. */
  #head(node: ModelNode): CascadeTarget {
    const heads = this.#heads.headsOf(node.id);
    const [head] = heads;
    if (head !== undefined && heads.length === 1) return head;
    this.warnings.push(
      `${node.name} has ${heads.length} newest versions: the new one follows ${node.name} itself`,
    );
    return { node: node.id };
  }
}

function howOf(choice: CascadeChoice, why: string | undefined, fromParts: boolean) {
  return {
    ...(why === undefined ? {} : { notReplayable: why }),
    ...(fromParts && choice.is === 'recipe' ? ({ fromParts: true } as const) : {}),
  };
}

function optionsOf(
  nodes: readonly ModelNode[],
  changed: readonly UnitParent[],
  why: string | undefined,
): CascadeKept['options'] {
  const alone = nodes.length === 1;
  // The difference to one parent: with two new ones there is no telling whose it is.
  const grafts = changed.length === 1 || !alone;
  const [fit, unfit] = !alone ? together : grafts ? withGraft : withoutGraft;
  return why === undefined ? fit : unfit;
}

type Options = readonly [fit: CascadeKept['options'], unfit: CascadeKept['options']];
const after = ['keep', 'leave'] as const;
// Shared by the items of a plan, which may be thousands.
const together: Options = [
  ['recipe', 'transplant', ...after],
  ['transplant', ...after],
];
const withGraft: Options = [
  ['recipe', 'transplant', 'order', ...after],
  ['transplant', 'order', ...after],
];
const withoutGraft: Options = [
  ['recipe', 'order', ...after],
  ['order', ...after],
];

function unfitChoice(
  nodes: readonly ModelNode[],
  { is }: CascadeChoice,
  why: string | undefined,
): LineageError {
  const name = nodes.map((node) => node.name).join(', ');
  const reasons = {
    recipe: `the recipe of ${name} cannot be run again: ${why ?? ''}`,
    transplant: `${name} gets several new parents, and a difference to one of them cannot be told`,
    order: `${name} are made together and cannot be made by another order`,
    keep: '',
    leave: '',
  };
  return new LineageError('cascade-unfit', { reason: reasons[is] });
}
