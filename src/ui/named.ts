import type { DatasetId, NodeId } from '../core/ids.ts';
import type { GraphData } from '../core/lineage/graph.ts';
import { LineageError } from '../core/lineageError.ts';

/** A model by its id or its name. */
export type NamedModel = NodeId | (string & {});
/** A data set by its id or its name. */
export type NamedDataset = DatasetId | (string & {});

/** Finds models and data sets by id or name, reading the graph only for what it has not met yet. */
export interface Names {
  /** @throws LineageError `node-missing`. */
  model(named: NamedModel): Promise<NodeId>;
  models(named: readonly NamedModel[]): Promise<NodeId[]>;
  /** @throws LineageError `dataset-missing`. */
  dataset(named: NamedDataset): Promise<DatasetId>;
}

/** @param graph - reads the graph as it is now. */
export function names(graph: () => Promise<GraphData>): Names {
  // Ids are random and never reused: one that was met once stays an id.
  const known = new Set<string>();
  const find = async <Id extends string>(
    named: string,
    of: (all: GraphData) => readonly { readonly id: Id; readonly name: string }[],
  ): Promise<Id | undefined> => {
    if (known.has(named)) return named as Id;
    const all = await graph();
    for (const { id } of [...all.nodes, ...all.datasets]) known.add(id);
    const list = of(all);
    return (list.find(({ id }) => id === named) ?? list.find(({ name }) => name === named))?.id;
  };
  const model = async (named: NamedModel) => {
    const id = await find(named, ({ nodes }) => nodes);
    if (id === undefined) throw new LineageError('node-missing', { node: named });
    return id;
  };
  return {
    model,
    async models(named) {
      const ids: NodeId[] = [];
      for (const one of named) ids.push(await model(one));
      return ids;
    },
    async dataset(named) {
      const id = await find(named, ({ datasets }) => datasets);
      if (id === undefined) throw new LineageError('dataset-missing', { dataset: named });
      return id;
    },
  };
}
