import type { ModelFingerprint } from '../core/construction/types.ts';
import type { NodeId } from '../core/ids.ts';
import { dataOf } from '../core/lineage/lineage.ts';
import type { Run } from '../core/ports/run.ts';
import { keepPossible } from './import/commitImport.ts';
import type { ImportPorts } from './import/importModels.ts';

/**
 * Looks for edges of `ids`, or of all models, by content, and adds those found in one operation.
 * Edges that are there stay as they are; rejected pairs are not proposed.
 *
 * @returns how many were added; an operation is logged only if there were any.
 */
export async function inferEdges(
  ports: Pick<ImportPorts, 'session' | 'content' | 'construct'>,
  ids: readonly NodeId[] | undefined,
  run: Run,
): Promise<{ readonly provenance: number; readonly version: number }> {
  const data = dataOf(await ports.session.lineage());
  const found = await ports.construct(
    {
      fingerprint: async (snapshot) =>
        (await ports.content.derived(snapshot, 'fingerprint')) as ModelFingerprint | undefined,
    },
    data,
    ids ?? data.nodes.map((node) => node.id),
    run,
  );
  const current = await ports.session.lineage();
  const added = keepPossible([], found, current);
  if (added.length === 0) return { provenance: 0, version: 0 };
  await ports.session.commit((lineage) => ({
    kind: 'infer',
    title: `Found ${added.length} edges`,
    changes: keepPossible([], found, lineage).map((after) => ({ of: 'edge', after })),
  }));
  return {
    provenance: added.filter((edge) => edge.kind === 'provenance').length,
    version: added.filter((edge) => edge.kind === 'version').length,
  };
}
