import type { ImportId } from '../../core/ids.ts';
import { freeName } from '../../core/lineage/editLineage.ts';
import type { Edge, ModelNode } from '../../core/lineage/graph.ts';
import {
  dataOf,
  edgeKey,
  lineageOf,
  parentsOf,
  pathDown,
  putEdge,
  putNode,
} from '../../core/lineage/lineage.ts';
import type { Lineage } from '../../core/lineage/lineage.ts';
import type { Change } from '../../core/lineage/operation.ts';
import type { LineageLog } from '../../core/ports/lineageLog.ts';
import type { ImportedModel } from '../../core/views.ts';
import type { LineageSession } from '../lineageSession.ts';
import type { LineageRevision } from '../reviseLineage.ts';
import { mainPath } from './mainPath.ts';
import type { NewModel } from './newNodes.ts';

export interface CommittedImport {
  readonly models: readonly ImportedModel[];
  readonly edges: { readonly provenance: number; readonly version: number };
}

/**
 * Adds the stored models, and revises the edges as far as their ends exist, in one operation. Names taken
 * meanwhile by another tab get a number; edges that another tab's changes made impossible stay out.
 */
export async function commitImport(
  ports: { readonly session: LineageSession; readonly log: LineageLog },
  id: ImportId,
  models: readonly NewModel[],
  revision: LineageRevision,
): Promise<CommittedImport> {
  if (models.length === 0) {
    await ports.log.endImport(id);
    return { models: [], edges: { provenance: 0, version: 0 } };
  }
  const operation = await ports.session.commit(
    (lineage) => {
      const nodes = namedNodes(models, lineage);
      return {
        kind: 'import',
        title:
          nodes.length === 1
            ? `Imported ${nodes[0]?.name ?? ''}`
            : `Imported ${nodes.length} models`,
        changes: [
          ...nodes.map((after): Change => ({ of: 'node', after })),
          ...edgeChanges(nodes, revision, lineage),
        ],
      };
    },
    { imported: id },
  );
  return reportOf(operation.changes, models);
}

/** The models' nodes with names that are free now. */
export function namedNodes(models: readonly NewModel[], lineage: Lineage): ModelNode[] {
  const taken = new Set<string>();
  return models.map(({ node }) => {
    const name = freeName(lineage, node.name, taken);
    taken.add(name);
    return { ...node, name };
  });
}

/**
 * The changes of a revision that the lineage as it is now allows. Only inferred edges go.
 *
 * @param predecessors - most version edges that may lead to a model: two for a merge.
 */
export function edgeChanges(
  nodes: readonly ModelNode[],
  { added, removed }: LineageRevision,
  lineage: Lineage,
  predecessors: 1 | 2 = 1,
): Change[] {
  const gone = removed.flatMap(({ kind, from, to }) => {
    const edge = lineage.edges.get(edgeKey(kind, from, to));
    return edge?.grade === 'inferred' ? [edge] : [];
  });
  const kept = dataOf(lineage);
  const without = lineageOf({ ...kept, edges: kept.edges.filter((edge) => !gone.includes(edge)) });
  return [
    ...gone.map((before): Change => ({ of: 'edge', before })),
    ...keepPossible(nodes, added, without, predecessors).map((after): Change => ({
      of: 'edge',
      after,
    })),
  ];
}

/** Edges that keep the lineage valid, in the order given: declared ones come first. */
function keepPossible(
  nodes: readonly ModelNode[],
  edges: readonly Edge[],
  lineage: Lineage,
  predecessors: number,
): Edge[] {
  const trial = lineageOf(dataOf(lineage));
  for (const node of nodes) putNode(trial, node);
  return edges.filter((edge) => {
    const { kind, from, to } = edge;
    if (!trial.nodes.has(from) || !trial.nodes.has(to) || from === to) return false;
    if (trial.edges.has(edgeKey(kind, from, to))) return false;
    if (kind === 'version' && parentsOf(trial, to, kind).length >= predecessors) return false;
    if (pathDown(trial, to, from) !== undefined) return false;
    putEdge(trial, edge);
    return true;
  });
}

function reportOf(changes: readonly Change[], models: readonly NewModel[]): CommittedImport {
  const names = new Map(
    changes.flatMap((change) =>
      change.of === 'node' && change.after ? [[change.after.id, change.after.name] as const] : [],
    ),
  );
  const added = changes.flatMap((change) =>
    change.of === 'edge' && change.after ? [change.after.kind] : [],
  );
  return {
    models: models.map(({ node, scanned }) => ({
      file: mainPath(scanned.candidate),
      id: node.id,
      name: names.get(node.id) ?? node.name,
    })),
    edges: {
      provenance: added.filter((kind) => kind === 'provenance').length,
      version: added.filter((kind) => kind === 'version').length,
    },
  };
}
