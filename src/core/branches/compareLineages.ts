import type { LineageComparison, LineageFile, LineageFork, LineageMatch } from '../branchViews.ts';
import type { NodeId, SnapshotId } from '../ids.ts';
import type { ModelNode } from '../lineage/graph.ts';
import { edgeKey, type Lineage } from '../lineage/lineage.ts';
import { foreignPrefix } from './branch.ts';
import { matchDataset, matchModels, matchTest } from './matchModels.ts';
import { reach } from './reach.ts';

/** What is known here besides the graph. */
export interface KnownHere {
  /** Snapshots that are stored, whether or not a model has them now. */
  readonly stored?: ReadonlySet<SnapshotId>;
  /** Models that a person removed. */
  readonly removed?: ReadonlySet<NodeId>;
}

/** Both lineages as one graph: a model by our id, or by `theirs ` and its id where it is only there. */
type Key = string;

/** What the steps of a comparison share. */
interface Sides {
  readonly ours: Lineage;
  readonly file: LineageFile;
  /** Their id to ours. */
  readonly matched: ReadonlyMap<NodeId, NodeId>;
  readonly keyOf: (theirs: NodeId) => Key;
  /** Newer versions, of both sides. */
  readonly next: ReadonlyMap<Key, ReadonlySet<Key>>;
  /** Keys of models that only one side has. */
  readonly onlyOurs: ReadonlySet<Key>;
  readonly onlyTheirs: ReadonlyMap<Key, NodeId>;
}

/**
 * Compares another lineage with this one by content: what both have, what each adds, what both revised,
 * and how their branches stand. Ids and names decide only between models of equal content.
 *
 * Time is in proportion to both graphs, with a walk for each fork and each branch.
 */
export function compareLineages(
  ours: Lineage,
  file: LineageFile,
  known: KnownHere = {},
): LineageComparison {
  const sides = sidesOf(ours, file);
  const forks = forksOf(sides);
  const matches = matchesOf(sides, forks, known);
  const clashes = matches.filter((match) => match.ours === undefined && ours.names.has(match.name));
  return {
    matches,
    forks: forks.map(({ base, ours: o, theirs }) => ({ base, ours: o, theirs })),
    edges: countEdges(sides),
    datasets: file.datasets
      .filter((dataset) => matchDataset(ours, dataset) === undefined)
      .map(({ name }) => name),
    tests: file.tests.filter((test) => matchTest(ours, test) === undefined).map(({ name }) => name),
    branches: branchesOf(sides),
    nameClashes: clashes.map(({ name }) => name),
    summary: summaryOf(matches, forks.length),
  };
}

function sidesOf(ours: Lineage, file: LineageFile): Sides {
  const matched = matchModels(ours.nodes.values(), file.nodes);
  const keyOf = (id: NodeId): Key => matched.get(id) ?? `theirs ${id}`;
  const next = new Map<Key, Set<Key>>();
  const join = (from: Key, to: Key) => {
    const known = next.get(from);
    if (known === undefined) next.set(from, new Set([to]));
    else known.add(to);
  };
  for (const edge of ours.edges.values()) if (edge.kind === 'version') join(edge.from, edge.to);
  for (const edge of file.edges)
    if (edge.kind === 'version') join(keyOf(edge.from), keyOf(edge.to));
  const shared = new Set(matched.values());
  return {
    ours,
    file,
    matched,
    keyOf,
    next,
    onlyOurs: new Set([...ours.nodes.keys()].filter((id) => !shared.has(id))),
    onlyTheirs: new Map(
      file.nodes.filter(({ id }) => !matched.has(id)).map(({ id }) => [keyOf(id), id]),
    ),
  };
}

/** A fork with everything on its branches. */
interface FoundFork extends LineageFork {
  readonly below: ReadonlySet<Key>;
}

/** The shared models that both sides have revised in versions which only they have. */
function forksOf({ matched, next, onlyOurs, onlyTheirs }: Sides): FoundFork[] {
  const forks: FoundFork[] = [];
  const newer = (id: Key) => next.get(id) ?? new Set<Key>();
  const line = (base: Key, own: { has: (key: Key) => boolean }) => {
    const below = reach(base, (id) => [...newer(id)].filter((key) => own.has(key)));
    below.delete(base);
    const ends = [...below].filter((id) => ![...newer(id)].some((key) => own.has(key)));
    return { below, ends };
  };
  for (const base of matched.values()) {
    const first = [...newer(base)];
    if (!first.some((id) => onlyOurs.has(id)) || !first.some((id) => onlyTheirs.has(id))) continue;
    const [here, there] = [line(base, onlyOurs), line(base, onlyTheirs)];
    forks.push({
      base,
      ours: here.ends as NodeId[],
      theirs: there.ends.flatMap((key) => onlyTheirs.get(key) ?? []),
      below: new Set([...here.below, ...there.below]),
    });
  }
  return forks;
}

function matchesOf(
  { ours, file, matched, keyOf, onlyOurs }: Sides,
  forks: readonly FoundFork[],
  { stored, removed }: KnownHere,
): LineageMatch[] {
  const forked = new Set(forks.flatMap(({ below }) => [...below]));
  const content = new Set(file.content.map(({ snapshot }) => snapshot));
  for (const node of ours.nodes.values()) content.add(node.snapshot);
  const has = (snapshot: SnapshotId) => content.has(snapshot) || stored?.has(snapshot) === true;
  const above = missingAbove(file, matched);
  const theirs = file.nodes.map((node): LineageMatch => {
    const id = matched.get(node.id);
    const mine = id === undefined ? undefined : ours.nodes.get(id);
    if (mine !== undefined) return { ...row(mine), theirs: node.id, ours: mine.id, is: 'shared', ...otherName(mine, node) };
    return {
      ...row(node),
      theirs: node.id,
      is: forked.has(keyOf(node.id)) ? 'forked' : 'theirs',
      available: has(node.snapshot),
      needs: [...(above.get(node.id) ?? [])],
      ...(removed?.has(node.id) === true ? { removed: true } : {}),
    };
  }); // prettier-ignore
  const mine = [...onlyOurs].flatMap((key) => ours.nodes.get(key as NodeId) ?? []);
  return [
    ...theirs,
    ...mine.map((node): LineageMatch => {
      return { ...row(node), ours: node.id, is: forked.has(node.id) ? 'forked' : 'ours' };
    }),
  ];
}

function row({ name, snapshot, summary }: ModelNode) {
  return { name, snapshot, sizeBytes: summary.sizeBytes, available: true, needs: [] };
}

function otherName(ours: ModelNode, theirs: ModelNode) {
  return ours.name === theirs.name ? {} : { theirName: theirs.name };
}

/** For each model: what it comes from, by edge or by recipe, that is in the file and not here. */
function missingAbove(
  file: LineageFile,
  matched: ReadonlyMap<NodeId, NodeId>,
): Map<NodeId, Set<NodeId>> {
  const there = new Set(file.nodes.map(({ id }) => id));
  const above = new Map<NodeId, Set<NodeId>>();
  const add = (from: NodeId, to: NodeId) => {
    if (matched.has(from) || matched.has(to) || !there.has(from) || from === to) return;
    const known = above.get(to);
    if (known === undefined) above.set(to, new Set([from]));
    else known.add(from);
  };
  for (const { from, to } of file.edges) add(from, to);
  for (const { id, recipe } of file.nodes)
    for (const { node } of recipe?.parents ?? []) add(node, id);
  return above;
}

function countEdges({ ours, file, matched }: Sides): LineageComparison['edges'] {
  let shared = 0;
  for (const { kind, from, to } of file.edges) {
    const [a, b] = [matched.get(from), matched.get(to)];
    if (a !== undefined && b !== undefined && ours.edges.has(edgeKey(kind, a, b))) shared += 1;
  }
  return { shared, ours: ours.edges.size - shared, theirs: file.edges.length - shared };
}

function branchesOf(sides: Sides): LineageComparison['branches'] {
  const { ours, file, keyOf, next } = sides;
  const isOwn = ({ name }: { readonly name: string }) => !name.startsWith(foreignPrefix);
  const newer = (id: Key) => next.get(id) ?? [];
  const theirs = new Map(file.branches.filter(isOwn).map((branch) => [branch.name, branch]));
  const own = [...ours.branches.values()].filter(isOwn);
  const both = own.map(({ name, head }): LineageComparison['branches'][number] => {
    const other = theirs.get(name);
    theirs.delete(name);
    if (other === undefined) return { name, is: 'ours-only', ours: head };
    const key = keyOf(other.head);
    const is =
      key === head
        ? 'same'
        : reach<Key>(head, newer).has(key)
          ? 'theirs-ahead'
          : reach(key, newer).has(head)
            ? 'ours-ahead'
            : 'diverged';
    const note = ours.branches.get(`${foreignPrefix}${name}`)?.head === key;
    return { name, is, ours: head, theirs: other.head, ...(note ? { noted: true } : {}) };
  });
  return [
    ...both,
    ...[...theirs.values()].map(({ name, head }) => {
      return { name, is: 'theirs-only', theirs: head } as const;
    }),
  ];
}

function summaryOf(matches: readonly LineageMatch[], forks: number): string {
  const count = (of: (match: LineageMatch) => boolean) => matches.filter(of).length;
  const shared = count(({ is }) => is === 'shared');
  const theirs = count(({ ours }) => ours === undefined);
  const ours = count((match) => match.theirs === undefined);
  return [
    `${shared} ${shared === 1 ? 'model' : 'models'} shared`,
    `${theirs} only there`,
    `${ours} only here`,
    ...(forks === 0 ? [] : [`${forks} revised on both sides`]),
  ].join(' · ');
}
