import type * as sharing from '../core/branchViews.ts';
import type { GraphData } from '../core/lineage/graph.ts';
import type { IncomingFile } from '../rpc/calls.ts';
import type { BranchApi } from '../rpc/branchApi.ts';
import { incoming, run, type FileSource, type LongCall } from './longCall.ts';
import { names, type NamedModel } from './named.ts';

/** `thin`: snapshots that the receiver has, and whose content is left out. */
export type ExportCall = LongCall & Pick<sharing.LineageExport, 'thin'>;
export type AdoptCall = LongCall & {
  /** Of theirs, by their id there; all that is missing here where absent. */
  readonly models?: sharing.AdoptOptions['models'];
};
/** A lineage file, alone or as a picker gives it. */
export type LineageSource = File | IncomingFile | FileSource;

/**
 * Branches and other lineages, for scripts.
 *
 * Source: docs/api.md.
 */
export interface BranchMgit {
  branches(): Promise<sharing.BranchView[]>;
  addBranch(name: string, model: NamedModel, notes?: string): Promise<void>;
  /** Points a branch at another model; the history keeps why. */
  moveBranch(name: string, model: NamedModel, reason?: string): Promise<void>;
  renameBranch(name: string, to: string): Promise<void>;
  removeBranch(name: string): Promise<void>;
  /** The whole lineage, or some models with all above them, as one file with their content. */
  exportLineage(models?: readonly NamedModel[], options?: ExportCall): Promise<File>;
  /** What a lineage file and this lineage share, and what each adds; nothing is changed. */
  compareLineage(file: LineageSource): Promise<sharing.LineageComparison>;
  /** Takes in what a lineage file adds, in one step of the history. */
  adoptLineage(file: LineageSource, options?: AdoptCall): Promise<sharing.AdoptReport>;
}

/** What these calls need of the worker. */
export type BranchCalls = BranchApi & { readonly graph: () => Promise<GraphData> };

/** The calls about branches over the wire to the lineage worker. */
export function branchCalls(lineage: BranchCalls): BranchMgit {
  const find = names(() => lineage.graph());
  return {
    branches: () => lineage.branches(),
    addBranch: async (name, model, notes = '') =>
      lineage.addBranch(name, await find.model(model), notes),
    moveBranch: async (name, model, reason) =>
      lineage.moveBranch(name, await find.model(model), reason),
    renameBranch: (name, to) => lineage.renameBranch(name, to),
    removeBranch: (name) => lineage.removeBranch(name),
    exportLineage: async (models, options) =>
      lineage.exportLineage(
        {
          ...(models === undefined ? {} : { models: await find.models(models) }),
          ...(options?.thin === undefined ? {} : { thin: options.thin }),
        },
        ...run(options),
      ),
    compareLineage: (file) => lineage.compareLineage(filesOf(file)),
    adoptLineage: (file, options) =>
      lineage.adoptLineage(
        filesOf(file),
        options?.models === undefined ? {} : { models: options.models },
        ...run(options),
      ),
  };
}

function filesOf(given: LineageSource): IncomingFile[] {
  if (given instanceof File || 'file' in given) return [incoming(given)];
  return [...given].map(incoming);
}
