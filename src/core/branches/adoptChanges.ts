import type { AdoptReport, LineageFile } from '../branchViews.ts';
import type { NodeId } from '../ids.ts';
import { freeName } from '../lineage/editLineage.ts';
import type { Edge, ModelNode } from '../lineage/graph.ts';
import {
  dataOf,
  edgeKey,
  lineageOf,
  parentsOf,
  pathDown,
  putEdge,
  putNode,
  rejectionKey,
  type Lineage,
} from '../lineage/lineage.ts';
import type { Change } from '../lineage/operation.ts';
import { adoptBranches } from './adoptBranches.ts';
import { adoptRecords } from './adoptRecords.ts';
import type { Adopting, Adoption } from './adopting.ts';
import { compareLineages } from './compareLineages.ts';
import { matchModels } from './matchModels.ts';

export interface AdoptedChanges {
  /** Empty where all of it is here already. */
  readonly changes: readonly Change[];
  readonly report: AdoptReport;
}

/**
 * The changes that take another lineage in. Models keep their ids unless another has them, and their
 * names unless another has them; edges and recipes follow the models to their ids here; nothing that is
 * here changes but branches that theirs is ahead of. Edges that the lineage cannot have stay out and are
 * told.
 *
 * Source: reference §12.
 */
export function adoptChanges(lineage: Lineage, adoption: Adoption): AdoptedChanges {
  const { file, removed } = adoption;
  const comparison = compareLineages(lineage, file);
  const nodes = newNodes(lineage, adoption);
  const trial = lineageOf(dataOf(lineage));
  for (const { node } of nodes.added) putNode(trial, node);
  const adopting: Adopting = {
    ...adoption,
    trial,
    ids: nodes.ids,
    fresh: new Set(nodes.added.map(({ node }) => node.id)),
    changes: nodes.added.map(({ node }): Change => ({ of: 'node', after: node })),
    skipped: [],
  };
  const edges = adoptEdges(adopting);
  adoptRejections(adopting);
  const records = adoptRecords(adopting, lineage);
  const branches = adoptBranches(adopting, lineage);
  const newest = (ids: readonly NodeId[]) => ids.at(-1);
  return {
    changes: adopting.changes,
    report: {
      added: nodes.added.map(({ node, theirs }) => ({
        id: node.id,
        name: node.name,
        theirs: theirs.id,
        theirName: theirs.name,
        restored: removed.has(theirs.id),
      })),
      edges,
      ...records,
      ...branches,
      forks: comparison.forks.flatMap(({ base, ours, theirs }) =>
        theirs.flatMap((head) => {
          const [mine, there] = [newest(ours), nodes.ids.get(head)];
          return mine === undefined || there === undefined
            ? []
            : [{ base, ours: mine, theirs: there }];
        }),
      ),
      skipped: adopting.skipped,
    },
  };
}

function newNodes(lineage: Lineage, { file, models, newId }: Adoption) {
  const ids = new Map(matchModels(lineage.nodes.values(), file.nodes));
  const theirs = file.nodes.filter(({ id }) => models.has(id) && !ids.has(id));
  for (const { id } of theirs) ids.set(id, lineage.nodes.has(id) ? (newId() as NodeId) : id);
  const taken = new Set<string>();
  const added = theirs.map((node) => {
    const { summary } = models.get(node.id) ?? node;
    const wanted = lineage.names.has(node.name) ? `${node.name} (theirs)` : node.name;
    const name = freeName(lineage, wanted, taken);
    taken.add(name);
    return {
      theirs: node,
      node: moved({ ...node, summary, id: ids.get(node.id) ?? node.id, name }, ids),
    };
  });
  return { ids, added };
}

/** A model whose recipe names its parents as they are called here. */
function moved(node: ModelNode, ids: ReadonlyMap<NodeId, NodeId>): ModelNode {
  if (node.recipe === undefined) return node;
  const parents = node.recipe.parents.map((parent) => ({
    ...parent,
    node: ids.get(parent.node) ?? parent.node,
  }));
  return { ...node, recipe: { ...node.recipe, parents } };
}

/** @returns how many edges were added. */
function adoptEdges({ file, ids, fresh, whole, trial, changes, skipped }: Adopting): number {
  let added = 0;
  for (const theirs of parentsFirst(file)) {
    const [from, to] = [ids.get(theirs.from), ids.get(theirs.to)];
    if (from === undefined || to === undefined) continue;
    if (!whole && !fresh.has(from) && !fresh.has(to)) continue;
    const edge: Edge = { ...theirs, from, to, ...runnerUp(theirs, ids) };
    if (trial.edges.has(edgeKey(edge.kind, from, to))) continue;
    const why = impossible(trial, edge, fresh);
    if (why === undefined) {
      putEdge(trial, edge);
      changes.push({ of: 'edge', after: edge });
      added += 1;
    } else {
      const name = (id: NodeId) => trial.nodes.get(id)?.name ?? id;
      skipped.push({ name: `${name(from)} → ${name(to)} (${edge.kind})`, why });
    }
  }
  return added;
}

/** Evidence may name the next best parent, by its id there. */
function runnerUp({ evidence }: Edge, ids: ReadonlyMap<NodeId, NodeId>): Pick<Edge, 'evidence'> {
  if (evidence?.runnerUp === undefined) return {};
  const { runnerUp: other, ...rest } = evidence;
  const node = ids.get(other.node);
  return { evidence: node === undefined ? rest : { ...rest, runnerUp: { ...other, node } } };
}

function impossible(
  trial: Lineage,
  { kind, from, to, grade }: Edge,
  fresh: ReadonlySet<NodeId>,
): string | undefined {
  if (grade === 'inferred' && trial.rejections.has(rejectionKey({ kind, a: from, b: to })))
    return 'it was rejected here';
  const predecessors = kind === 'version' ? parentsOf(trial, to, kind).length : 0;
  if (predecessors > 1) return 'the model has two versions before it already';
  if (predecessors > 0 && grade === 'inferred' && !fresh.has(to))
    return 'the model has another version before it here';
  if (from === to || pathDown(trial, to, from) !== undefined) return 'here it would close a circle';
  return undefined;
}

/**
 * Their edges in an order in which all edges into a model come before those out of it: then what is
 * below the end of an edge is only what this lineage had there, and looking for circles is cheap.
 *
 * Source: topological order after Kahn, CACM 5(11), 1962.
 */
function parentsFirst({ nodes, edges }: LineageFile): Edge[] {
  const out = new Map<NodeId, Edge[]>();
  const waiting = new Map(nodes.map(({ id }) => [id, 0]));
  for (const edge of edges) {
    waiting.set(edge.to, (waiting.get(edge.to) ?? 0) + 1);
    const known = out.get(edge.from);
    if (known === undefined) out.set(edge.from, [edge]);
    else known.push(edge);
  }
  const ordered: Edge[] = [];
  const free = [...waiting].filter(([, count]) => count === 0).map(([id]) => id);
  // Grows while it is walked.
  for (const id of free)
    for (const edge of out.get(id) ?? []) {
      ordered.push(edge);
      const left = (waiting.get(edge.to) ?? 0) - 1;
      waiting.set(edge.to, left);
      if (left === 0) free.push(edge.to);
    }
  return ordered;
}

function adoptRejections({ file, ids, whole, trial, changes }: Adopting): void {
  if (!whole) return;
  for (const { kind, a, b } of file.rejections) {
    const [mineA, mineB] = [ids.get(a), ids.get(b)];
    if (mineA === undefined || mineB === undefined || mineA === mineB) continue;
    const rejection = { kind, a: mineA, b: mineB };
    const joined =
      trial.edges.has(edgeKey(kind, mineA, mineB)) || trial.edges.has(edgeKey(kind, mineB, mineA));
    if (joined || trial.rejections.has(rejectionKey(rejection))) continue;
    trial.rejections.set(rejectionKey(rejection), rejection);
    changes.push({ of: 'rejection', after: rejection });
  }
}
