import type { NodeId } from '../../core/ids.ts';
import type { Edge } from '../../core/lineage/graph.ts';
import type { Lineage } from '../../core/lineage/lineage.ts';
import type { ImportOptions } from '../../core/views.ts';
import { mainPath } from './mainPath.ts';
import type { NewModel } from './newNodes.ts';

/**
 * The edges that an import states: those of `options.declared` whose ends are in the batch or in
 * the lineage, and one from `options.parent` to each model.
 */
export function declaredEdges(
  models: readonly NewModel[],
  lineage: Lineage,
  options: ImportOptions,
): Edge[] {
  const find = finder(models, lineage);
  const stated = (options.declared ?? []).flatMap(({ kind, from, to, role }): Edge[] => {
    const [parent, child] = [find(from), find(to)];
    if (parent === undefined || child === undefined) return [];
    return [
      { kind, from: parent, to: child, grade: 'declared', ...(role === undefined ? {} : { role }) },
    ];
  });
  const { parent } = options;
  if (parent === undefined || !lineage.nodes.has(parent)) return stated;
  const children = models.map(({ node }): Edge => ({
    kind: 'provenance',
    from: parent,
    to: node.id,
    grade: 'declared',
  }));
  return [...stated, ...children];
}

/** Finds a model by its file's path, the path without extension, or its name. */
function finder(
  models: readonly NewModel[],
  lineage: Lineage,
): (name: string) => NodeId | undefined {
  const byPath = new Map<string, NodeId>();
  for (const { node, scanned } of models) {
    const path = mainPath(scanned.candidate);
    for (const key of [node.name, path.replace(/\.[^./]*$/, ''), path]) byPath.set(key, node.id);
  }
  return (name) => byPath.get(name) ?? lineage.names.get(name);
}
