import type { AdoptOptions, AdoptReport, LineageComparison } from '../../core/branchViews.ts';
import { adoptChanges } from '../../core/branches/adoptChanges.ts';
import type { Adoption } from '../../core/branches/adopting.ts';
import { chooseModels } from '../../core/branches/chooseModels.ts';
import { compareLineages, type KnownHere } from '../../core/branches/compareLineages.ts';
import type { Change } from '../../core/lineage/operation.ts';
import type { ImportId, NodeId, SnapshotId } from '../../core/ids.ts';
import { undoStacks } from '../../core/lineage/undoStacks.ts';
import type { LineageArchive } from '../../core/ports/lineageArchive.ts';
import type { LineageLog } from '../../core/ports/lineageLog.ts';
import { type Run, unwatched } from '../../core/ports/run.ts';
import { collectGarbage } from '../storage/collectGarbage.ts';
import type { ImportPorts } from '../import/importModels.ts';
import { adoptContent, hasContent } from './adoptContent.ts';

/** Compares an opened lineage file with this lineage. Nothing is changed. */
export async function compareLineage(
  ports: Pick<ImportPorts, 'session' | 'content' | 'log'>,
  archive: LineageArchive,
): Promise<LineageComparison> {
  return compareLineages(
    await ports.session.lineage(),
    archive.file,
    await knownHere(ports, archive),
  );
}

/**
 * Takes in what another lineage adds: content first, each model checked against the snapshot that the
 * file states, then one operation with models, edges, recipes, data sets, tests and branches. What cannot
 * be had is skipped and told; the same file a second time adds nothing. Cancelled, failed or crashed,
 * nothing of it shows.
 *
 * @throws LineageError `node-missing` for a model that the file has not; `quota-exceeded`; what the store
 *   throws.
 * @throws AbortError once `run.signal` is aborted.
 */
export async function adoptLineage(
  ports: ImportPorts,
  archive: LineageArchive,
  options: AdoptOptions,
  run: Run,
): Promise<AdoptReport> {
  const known = await knownHere(ports, archive);
  const comparison = compareLineages(await ports.session.lineage(), archive.file, known);
  const chosen = chooseModels(comparison, options.models);
  const id = ports.newId() as ImportId;
  await ports.log.beginImport({
    id,
    startedAt: ports.now(),
    paths: [archive.path],
    handles: [],
    options: {},
  });
  const session = await ports.content.session(id);
  try {
    const whole = options.models === undefined;
    const { models, data, skipped } = await adoptContent(
      ports,
      session,
      archive,
      { models: chosen, whole },
      run,
    );
    run.signal.throwIfAborted();
    const report = await commitAdoption(ports, id, {
      file: archive.file,
      models,
      data,
      whole,
      removed: known.removed ?? new Set(),
      newId: ports.newId,
    }, archive.path); // prettier-ignore
    return { ...report, skipped: [...skipped, ...report.skipped] };
  } catch (error) {
    await session.discard();
    await ports.log.endImport(id);
    // Records have no session: those that no model names are swept.
    await collectGarbage(ports, unwatched);
    throw error;
  }
}

async function commitAdoption(
  ports: ImportPorts,
  id: ImportId,
  adoption: Adoption,
  path: string,
): Promise<AdoptReport> {
  const first = adoptChanges(await ports.session.lineage(), adoption);
  if (first.changes.length === 0) {
    await (await ports.content.session(id)).discard();
    await ports.log.endImport(id);
    return first.report;
  }
  let { report } = first;
  await ports.session.commit(
    (lineage) => {
      // Made again from the lineage under the lock: another tab may have taken in the same meanwhile.
      const adopted = adoptChanges(lineage, adoption);
      ({ report } = adopted);
      return { kind: 'adopt', title: titleOf(report, path), changes: adopted.changes };
    },
    { imported: id },
  );
  return report;
}

function titleOf({ added }: AdoptReport, path: string): string {
  const [only] = added;
  const name = path.slice(path.lastIndexOf('/') + 1);
  if (added.length === 1 && only !== undefined) return `Took in ${only.name} from ${name}`;
  if (added.length > 0) return `Took in ${added.length} models from ${name}`;
  return `Took in what ${name} adds`;
}

async function knownHere(
  ports: Pick<ImportPorts, 'session' | 'content' | 'log'>,
  { file }: LineageArchive,
): Promise<KnownHere> {
  const { nodes } = await ports.session.lineage();
  const here = new Set([...nodes.values()].map(({ snapshot }) => snapshot));
  const given = new Set(file.content.map(({ snapshot }) => snapshot));
  const stored = new Set<SnapshotId>();
  // Of a thin file: content that no model has now may still be stored.
  for (const { snapshot } of file.nodes)
    if (!here.has(snapshot) && !given.has(snapshot) && (await hasContent(ports.content, snapshot)))
      stored.add(snapshot);
  return { stored, removed: await removedModels(ports.log) };
}

/** Models that a person removed, and that are not back. */
async function removedModels(log: LineageLog): Promise<Set<NodeId>> {
  const removed = new Set<NodeId>();
  for (const { kind, changes } of undoStacks(await log.operations()).undo.flat())
    for (const change of changes) noteRemoval(removed, kind === 'remove', change);
  return removed;
}

function noteRemoval(removed: Set<NodeId>, byPerson: boolean, change: Change): void {
  if (change.of !== 'node') return;
  if (change.after !== undefined) removed.delete(change.after.id);
  else if (byPerson && change.before !== undefined) removed.add(change.before.id);
}
