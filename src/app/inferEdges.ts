import type { ModelFingerprint } from '../core/construction/types.ts';
import type { NodeId } from '../core/ids.ts';
import { dataOf } from '../core/lineage/lineage.ts';
import type { Change } from '../core/lineage/operation.ts';
import type { Run } from '../core/ports/run.ts';
import { edgeChanges } from './import/commitImport.ts';
import type { ImportPorts } from './import/importModels.ts';

/**
 * Looks for edges of `ids`, or of all models, by content, and revises the inferred ones in one
 * operation. Declared edges stay as they are; rejected pairs are not proposed.
 *
 * @returns how many were added; an operation is logged only if there were any.
 */
export async function inferEdges(
  ports: Pick<ImportPorts, 'session' | 'content' | 'construct'>,
  ids: readonly NodeId[] | undefined,
  run: Run,
): Promise<{ readonly provenance: number; readonly version: number }> {
  const data = dataOf(await ports.session.lineage());
  const revision = await ports.construct(
    {
      fingerprint: async (snapshot) =>
        (await ports.content.derived(snapshot, 'fingerprint')) as ModelFingerprint | undefined,
    },
    data,
    ids ?? data.nodes.map((node) => node.id),
    run,
  );
  const planned = edgeChanges([], revision, await ports.session.lineage());
  if (planned.length === 0) return { provenance: 0, version: 0 };
  const { changes } = await ports.session.commit((lineage) => ({
    kind: 'infer',
    title: `Found ${counted(planned)} from content`,
    changes: edgeChanges([], revision, lineage),
  }));
  const added = changes.flatMap((change) => (change.of === 'edge' && change.after) || []);
  return {
    provenance: added.filter((edge) => edge.kind === 'provenance').length,
    version: added.filter((edge) => edge.kind === 'version').length,
  };
}

function counted(changes: readonly Change[]): string {
  const added = changes.filter((change) => change.after !== undefined).length;
  const removed = changes.length - added;
  const edges = `${added} ${added === 1 ? 'edge' : 'edges'}`;
  return removed === 0 ? edges : `${edges}, dropped ${removed},`;
}
